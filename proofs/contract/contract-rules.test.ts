import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { contract } from '../../server/contract/document.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js')

// biome-ignore lint/suspicious/noExplicitAny: the contract is broken here in ways its type forbids.
type Document = any

/** What `redocly lint` reports of each document, as "rule: message". */
function lint(documents: Document[]): string[][] {
  const directory = mkdtempSync(join(tmpdir(), 'docket-lint-'))
  const files = documents.map((document, index) => {
    const file = join(directory, `${index}.json`)
    writeFileSync(file, JSON.stringify(document))
    return file
  })
  const options = ['--config', 'redocly.yaml', '--format', 'json', '--max-problems', '1000']
  const { stdout, stderr } = spawnSync(process.execPath, [redocly, 'lint', ...files, ...options], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  })
  rmSync(directory, { recursive: true, force: true })
  // One JSON text after the other.
  const reports = stdout.split(/(?<=^\})\s*(?=\{$)/m)
  if (reports.length !== documents.length) throw new Error(stderr)
  return reports.map((report) =>
    (JSON.parse(report) as { problems: { ruleId: string; message: string }[] }).problems.map(
      ({ ruleId, message }) => `${ruleId}: ${message}`,
    ),
  )
}

/** One thing that a new operation may forget, and what it is told. */
const FORGOTTEN: [what: string, forget: (document: Document) => void, told: string][] = [
  [
    'the length of a string',
    ({ components: { schemas } }) => delete schemas.Title.maxLength,
    'contract/bounded-schemas: A string needs a maxLength.',
  ],
  [
    'the maximum of a number',
    ({ components: { schemas } }) => delete schemas.Seconds.maximum,
    'contract/bounded-schemas: A number needs a maximum.',
  ],
  [
    'the format of a number',
    ({ components: { parameters } }) => delete parameters.Limit.schema.format,
    'contract/bounded-schemas: A number needs a format.',
  ],
  [
    'the length of an array',
    ({ components: { schemas } }) => delete schemas.Problem.properties.errors.maxItems,
    'contract/bounded-schemas: An array needs maxItems.',
  ],
  [
    'the type of items that are unique',
    ({ components: { schemas } }) => delete schemas.Labels.items.type,
    'contract/bounded-schemas: An array of unique items needs the type of its items beside ' +
      'their $ref.',
  ],
  [
    'to close an object',
    ({ components: { schemas } }) => delete schemas.TaskPage.additionalProperties,
    'contract/bounded-schemas: An object needs additionalProperties: false.',
  ],
  [
    'that patterns must not backtrack',
    ({ components: { schemas } }) => (schemas.Name.pattern = '^(a+)+$'),
    'contract/bounded-schemas: This pattern backtracks: a long string makes the server slow.',
  ],
  [
    'that times are UTC',
    ({ components: { schemas } }) => (schemas.Timestamp.pattern = '^[0-9T:+-]+$'),
    'contract/bounded-schemas: A time is UTC: its pattern ends with Z$.',
  ],
  [
    'a type',
    ({ components: { schemas } }) => delete schemas.RememberMe.type,
    'contract/bounded-schemas: A schema without a type takes anything.',
  ],
  [
    'the security of an operation',
    ({ paths }) => delete paths['/livez'].get.security,
    'contract/complete-operations: An operation needs its security.',
  ],
  [
    'the tags of an operation',
    ({ paths }) => delete paths['/readyz'].get.tags,
    'contract/complete-operations: An operation needs its tags.',
  ],
  [
    '401',
    ({ paths }) => delete paths['/api/auth/logout'].post.responses['401'],
    'contract/complete-operations: This operation can respond with 401 and does not declare it.',
  ],
  [
    'that x-audit names codes that exist',
    ({ components: { schemas } }) => schemas.ProblemCode['x-audit'].push('no_such_code'),
    'contract/bounded-schemas: x-audit names no_such_code, which is no value.',
  ],
  [
    '422',
    ({ paths }) => delete paths['/api/auth/login'].post.responses['422'],
    'contract/complete-operations: This operation can respond with 422 and does not declare it.',
  ],
  [
    '304',
    ({ paths }) => delete paths['/api/{user_id}/tasks/{task_id}'].get.responses['304'],
    'contract/complete-operations: This operation can respond with 304 and does not declare it.',
  ],
  [
    '412',
    ({ paths }) => delete paths['/api/{user_id}/tasks/{task_id}'].delete.responses['412'],
    'contract/complete-operations: This operation can respond with 412 and does not declare it.',
  ],
  [
    '404',
    ({ paths }) => delete paths['/api/{user_id}/tasks/{task_id}'].get.responses['404'],
    'contract/complete-operations: This operation can respond with 404 and does not declare it.',
  ],
  [
    '503',
    ({ paths }) => delete paths['/api/{user_id}/tasks'].get.responses['503'],
    'contract/complete-operations: This operation can respond with 503 and does not declare it.',
  ],
  [
    '406',
    ({ paths }) => delete paths['/api/auth/verify'].get.responses['406'],
    'contract/complete-operations: This operation can respond with 406 and does not declare it.',
  ],
  [
    'the challenge of a 401',
    ({ components: { responses } }) => delete responses.Unauthorized.headers['WWW-Authenticate'],
    'contract/complete-responses: A response 401 needs the required header WWW-Authenticate.',
  ],
  [
    'that Retry-After is required',
    ({ components: { headers } }) => delete headers['Retry-After'].required,
    'contract/complete-responses: A response 429 needs the required header Retry-After.',
  ],
  [
    'that an error is a problem',
    ({ components: { responses } }) =>
      (responses.TaskNotFound.content = {
        'application/json': responses.TaskNotFound.content['application/problem+json'],
      }),
    'contract/complete-responses: An error is application/problem+json and nothing else.',
  ],
  [
    'the schema of a problem',
    ({ components: { responses } }) =>
      (responses.Forbidden.content['application/problem+json'].schema = {
        $ref: '#/components/schemas/Success',
      }),
    'contract/complete-responses: An error has the schema Problem.',
  ],
  [
    'an example of a parameter',
    ({ components: { parameters } }) => delete parameters.Cursor.example,
    'contract/examples-everywhere: An example is missing.',
  ],
  [
    'an example of a header',
    ({ components: { headers } }) => delete headers.Location.example,
    'contract/examples-everywhere: An example is missing.',
  ],
  [
    'an example of a response',
    ({ paths }) => delete paths['/livez'].get.responses['200'].content['application/json'].examples,
    'contract/examples-everywhere: An example is missing.',
  ],
  [
    'an example of a member',
    ({ components: { schemas } }) => delete schemas.TaskUpdate.properties.completed.examples,
    'contract/examples-everywhere: An example is missing.',
  ],
  [
    'an example of a schema',
    ({ components: { schemas } }) => delete schemas.EntityTags.examples,
    'contract/examples-everywhere: An example is missing.',
  ],
  [
    'how members are spelt',
    ({ components: { schemas } }) =>
      (schemas.Health.properties.isOk = {
        type: 'boolean',
        description: 'It is.',
        examples: [true],
      }),
    'contract/snake-case: isOk is not snake_case.',
  ],
  [
    'that a write may be repeated',
    ({ paths }) => paths['/api/{user_id}/tasks'].post.parameters.pop(),
    'contract/complete-operations: An operation like this takes Idempotency-Key.',
  ],
  [
    'that a write may be conditional',
    ({ paths }) => paths['/api/{user_id}/tasks/{task_id}/move'].post.parameters.shift(),
    'contract/complete-operations: An operation like this takes If-Match.',
  ],
  [
    'that a list may be no news',
    ({ paths }) => paths['/api/{user_id}/tasks'].get.parameters.pop(),
    'contract/complete-operations: An operation like this takes If-None-Match.',
  ],
  [
    'to say that a response is a repetition',
    ({ paths }) =>
      delete paths['/api/{user_id}/tasks/{task_id}'].delete.responses['204'].headers[
        'Idempotency-Replayed'
      ],
    'contract/complete-operations: A response 204 to a write with a key says whether it is ' +
      'Idempotency-Replayed.',
  ],
  [
    'a description',
    ({ paths }) => delete paths['/livez'].get.description,
    'contract/complete-operations: An operation needs its description.',
  ],
]

let intact: string[] = []
let reports: string[][] = []
beforeAll(() => {
  const broken = FORGOTTEN.map(([, forget]) => {
    const document = structuredClone(contract)
    forget(document)
    return document
  })
  const [first = [], ...others] = lint([structuredClone(contract), ...broken])
  intact = first
  reports = others
}, 120_000)

test('the contract as it is breaks none of these rules (rules 1, 2, 3, 4, 5, 6)', () => {
  expect(intact).toEqual([])
})

test.each(FORGOTTEN.map(([what, , told], index) => [what, told, index] as const))(
  'a contract that forgets %s is refused',
  (_, told, index) => {
    expect(reports[index]).toContain(told)
  },
)

test('only compatible changes since the last release, or a new version (rule 28)', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/test/compatibility.ts'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  expect([status, /\bdiff processed in/.test(stderr + stdout)]).toEqual([0, true])
})

test('every rule of docs/contract-rules.md is named by the title of a test, and no other', () => {
  const rules = [
    ...readFileSync(join(root, 'docs/contract-rules.md'), 'utf8').matchAll(/^(\d+)\. /gm),
  ].map(([, number]) => Number(number))
  const titles = globSync('{server,proofs,web/e2e,scripts/outside}/**/*.test.ts', {
    cwd: root,
  }).flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/\(rules? ([\d, ]+)\)['"`]/g),
  ])
  const named = new Set(titles.flatMap(([, numbers = '']) => numbers.split(', ').map(Number)))
  expect([...named].sort((a, b) => a - b)).toEqual(rules)
})
