/** A fault that the operator can mend: its message is one sentence for them and names the setting or command. */
export class EmbeddedError extends Error {
  override name = 'EmbeddedError';
}

/** The `code` of a Node or PostgreSQL error, such as `ENOENT` or `3D000`; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
