/** As much of an OpenAPI document as the page reads. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
};

export type Parameter = {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
};

type Content = Record<string, { schema?: Schema }>;

export type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Content };
  responses?: Record<string, { description?: string; content?: Content }>;
};

export type OpenApi = {
  info: { title: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

export type Endpoint = { path: string; method: string; operation: Operation };

/** The document with what each reference names in its place. */
export function withoutReferences(api: OpenApi): OpenApi {
  const schemas = api.components?.schemas ?? {};
  const resolve = (_key: string, value: unknown): unknown => {
    const { $ref } = (value ?? {}) as Schema;
    return typeof $ref === 'string' ? schemas[$ref.split('/').at(-1)!] : value;
  };
  return JSON.parse(JSON.stringify(api), resolve) as OpenApi;
}

/** The operations by their first tag, in the order of the document. HEAD is like GET. */
export function endpointsByTag({ paths }: OpenApi): [tag: string, endpoints: Endpoint[]][] {
  const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'head')
      .map(([method, operation]) => ({ path, method, operation })),
  );
  return [...Map.groupBy(endpoints, ({ operation }) => operation.tags?.[0] ?? '')];
}

/** A type in a word, with its limits: “integer, 1 to 100, 20 if not given”. */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) {
    const types = schema.anyOf.map(typeOf);
    return [...new Set(types)].join(' | ');
  }
  if (schema.type === 'array') return `${schema.items ? typeOf(schema.items) : ''}[]`;
  return [schema.type ?? 'any'].flat().join(' | ');
}

export function limitsOf(schema: Schema): string[] {
  const range = (name: string, min: number | undefined, max: number | undefined): string[] => {
    if (max === Number.MAX_SAFE_INTEGER) return min === undefined ? [] : [`${name} ≥ ${min}`];
    if (min === undefined && max === undefined) return [];
    return [`${min ?? '…'} ≤ ${name} ≤ ${max ?? '…'}`];
  };
  return [
    ...range('n', schema.minimum, schema.maximum),
    ...range('length', schema.minLength, schema.maxLength),
    ...range('items', schema.minItems, schema.maxItems),
    ...(schema.pattern === undefined ? [] : [schema.pattern]),
    ...(schema.default === undefined ? [] : [`= ${JSON.stringify(schema.default)}`]),
  ];
}

/** The members of an object, or of the objects in a list. */
export function membersOf(schema: Schema): [name: string, schema: Schema, required: boolean][] {
  const object = schema.anyOf?.find(({ properties }) => properties) ?? schema;
  const { properties = {}, required = [], items } = object;
  if (items) return membersOf(items);
  return Object.entries(properties).map(([name, member]) => [name, member, required.includes(name)]);
}
