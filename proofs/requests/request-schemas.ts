import { contract, type Operation, resolve } from '../../server/contract/document.ts'

/** As much of JSON Schema as the contract uses. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  properties?: Record<string, Schema>
  required?: string[]
  oneOf?: Schema[]
  anyOf?: Schema[]
}

export const typesOf = (schema: Schema): string[] => [schema.type ?? []].flat()

export interface Parameter {
  name: string
  required?: boolean
  in: string
  schema: Schema
}
interface OperationObject {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

/**
 * The schema with what its `$ref`s lead to in their places; no request of the contract is made of
 * itself.
 */
export function whole({ $ref, ...own }: Schema): Schema {
  const schema = $ref === undefined ? own : { ...resolve<Schema>({ $ref }), ...own }
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => [name, whole(member)] as const,
  )
  return {
    ...schema,
    ...(schema.items ? { items: whole(schema.items) } : {}),
    ...(schema.oneOf ? { oneOf: schema.oneOf.map(whole) } : {}),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map(whole) } : {}),
    ...(schema.properties ? { properties: Object.fromEntries(properties) } : {}),
  }
}

/** The parameters of an operation, those of its path included. */
export function parametersOf({ template, method }: Operation): Parameter[] {
  const item = contract.paths[template] as Record<string, OperationObject> & {
    parameters?: Parameter[]
  }
  return [...(item.parameters ?? []), ...(item[method.toLowerCase()]?.parameters ?? [])].map(
    (parameter) => {
      const resolved = resolve<Parameter>(parameter)
      return { ...resolved, schema: whole(resolved.schema) }
    },
  )
}

/** The schema of the request body; undefined where none is taken. */
export function bodySchema({ template, method }: Operation): Schema | undefined {
  const content = (contract.paths[template] as Record<string, OperationObject>)[
    method.toLowerCase()
  ]?.requestBody?.content
  const [media] = Object.values(content ?? {})
  return media && whole(media.schema)
}
