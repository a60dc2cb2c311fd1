/** The part of JSON Schema (2020-12) in which the data of events are described. */
export interface JsonSchema {
  type: 'object' | 'string' | 'integer' | 'null' | readonly ('object' | 'string' | 'integer' | 'null')[];
  description?: string;
  format?: 'uuid' | 'date-time';
  enum?: readonly (string | null)[];
  const?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
}

/** An object with these members, all of them required. Further members may come with later versions. */
export function objectOf(properties: Record<string, JsonSchema>, description?: string): JsonSchema {
  return { type: 'object', ...(description ? { description } : {}), properties, required: Object.keys(properties) };
}

export const UUID: JsonSchema = { type: 'string', format: 'uuid' };
export const MOMENT: JsonSchema = { type: 'string', format: 'date-time' };
