import {
  contract,
  contractOperations,
  type Operation,
  type OperationId,
  resolve,
} from '../../server/contract/document.ts'

/** How an operation is called, as the reference shows it: once with curl, once with the SDK. */
export interface Sample {
  /** With $API, $ME, $TOKEN, $SESSION, $TASK and $LIST as docs.ts says. */
  curl: string
  /** With `docket`, `task` and `list` as docs.ts says. */
  typescript: string
}

/** The query parameters that a sample shows beside those that are required. */
const SHOWN = ['completed', 'label', 'sort', 'limit']
/** Characters, after which an object is written over several lines. */
const WIDTH = 60

export const samples = new Map<OperationId, Sample>(
  contractOperations.map((operation) => [operation.id, sampleOf(operation)]),
)

function sampleOf(operation: Operation): Sample {
  const object = Object.values(contract.paths[operation.template] ?? {}).find(
    (item) => 'operationId' in item && item.operationId === operation.id,
  ) as unknown as Described
  const parameters = (object.parameters ?? []).map((parameter) => resolve<Parameter>(parameter))
  const query = Object.fromEntries(
    parameters
      .filter(
        ({ name, in: part, required }) => part === 'query' && (required || SHOWN.includes(name)),
      )
      .map(({ name, example }) => [name, example]),
  )
  const { parameters: ofPath = [] } = contract.paths[operation.template] as unknown as Described
  const names = new Map(
    ofPath
      .map((parameter) => resolve<Parameter>(parameter))
      .filter(({ name }) => !name.endsWith('_id'))
      .map(({ name, example }) => [name, String(example)]),
  )
  const body = firstBody(object)
  return {
    curl: curl(operation, names, query, body),
    typescript: typescript(operation, names, query, body),
  }
}

interface Parameter {
  name: string
  in: string
  required?: boolean
  example: unknown
}
interface Described {
  operationId: OperationId
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { examples?: Record<string, { value: unknown }> }> }
}

function firstBody({ requestBody }: Described): unknown {
  const [media] = Object.values(requestBody?.content ?? {})
  const [example] = Object.values(media?.examples ?? {})
  return example && resolve<{ value: unknown }>(example).value
}

function curl(
  { method, template, accepts, access }: Operation,
  names: Map<string, string>,
  query: Record<string, unknown>,
  body: unknown,
): string {
  const path = template
    .replace('{user_id}', '$ME')
    .replace('{task_id}', '$TASK')
    .replace('{list_id}', '$LIST')
    .replace('{session_id}', '$SESSION_ID')
    .replace(/\{(\w+)\}/, (_, name: string) => encodeURIComponent(names.get(name) ?? ''))
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    ),
  ).toString()
  const usual = body === undefined ? 'GET' : 'POST'
  return [
    `curl -sS${method === usual ? '' : ` -X ${method}`} "$API${path}${search && `?${search}`}"`,
    ...(access === 'none'
      ? []
      : [`-H "Authorization: Bearer ${access === 'token' ? '$TOKEN' : '$SESSION'}"`]),
    ...(body === undefined
      ? []
      : [
          `-H 'Content-Type: ${accepts[0]}'`,
          `-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
        ]),
  ].join(' \\\n  ')
}

function typescript(
  { id, template, responses, produces }: Operation,
  names: Map<string, string>,
  query: Record<string, unknown>,
  body: unknown,
): string {
  const target = /\{(task|list|session)_id\}/.exec(template)?.[1]
  // No client has seen which version a resource has in the trash.
  const members = [
    ...(target ? [id.startsWith('restore') ? `${target}: ${target}.id` : target] : []),
    ...[...names, ...Object.entries(query)].map(([name, value]) => `${name}: ${literal(value)}`),
  ]
  if (body !== undefined) members.push(`body: ${literal(body)}`)
  const call = `await docket.${id}(${members.length > 0 ? `{ ${members.join(', ')} }` : ''})`
  return responses[204] && produces.length === 0 ? call : `console.log(${call})`
}

/** A value as it stands in a program. */
function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Object.keys(value).length === 0) return Array.isArray(value) ? '[]' : '{}'
  const deeper = `${indent}  `
  const write = (inner: string) =>
    Array.isArray(value)
      ? value.map((item) => literal(item, inner))
      : Object.entries(value).map(([name, item]) => `${name}: ${literal(item, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }']
  const line = `${open}${write(indent).join(', ')}${close}`
  if (line.length <= WIDTH) return line
  return `${open.trim()}\n${write(deeper)
    .map((member) => `${deeper}${member},\n`)
    .join('')}${indent}${close.trim()}`
}
