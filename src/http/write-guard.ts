/**
 * Keeps other sites' pages from writing through the browser of somebody who may reach the service.
 *
 * A page can send a form or a plain-text body anywhere without being asked for leave; for `application/json` the browser
 * asks first (CORS), and nobody here grants it. On top of that the browser says where a request comes from.
 */
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** An `onRequest` hook. Throws a problem for a request that another site could have made, and for one that is not JSON. */
export async function guardWrite({ headers }: FastifyRequest): Promise<void> {
  if (!isOfThisSite(headers)) {
    throw new Problem('cross_site', 'This is for the pages of the service itself, and for programs.');
  }
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  if (mediaType.trim().toLowerCase() !== 'application/json') {
    throw new Problem('not_json', 'Send it with Content-Type: application/json.');
  }
}

function isOfThisSite(headers: FastifyRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  // No page can set it. `none` is the person: an address typed, a bookmark.
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  // Browsers leave it out for plain HTTP beyond loopback. Programs send neither.
  const { origin } = headers;
  return origin === undefined || URL.parse(origin)?.host === headers.host;
}
