// npm run test:defects: seeds known defects one by one in scratch copies and shows that a check goes red for each, for the right reason.
// First every check must be green on the copies as they are. With a word, only the defects that have it in their name.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const vitest = (...files: string[]) => ['node_modules/vitest/vitest.mjs', 'run', '--project', 'suite', ...files]
const CHECKS = {
  journeys: vitest('proofs/workflows.test.ts'),
  model: vitest('proofs/model.test.ts'),
  walls: vitest('proofs/walls.test.ts'),
  callers: vitest('proofs/callers.test.ts'),
  examples: vitest('proofs/examples.test.ts'),
  lists: vitest('server/tasks/list.test.ts'),
  trash: vitest('server/tasks/changes.test.ts', '-t', '200:'),
  files: vitest('server/transfer', '-t', 'a formula|doubles'),
  sdk: vitest('sdk/retry.test.ts', '-t', 'two tries'),
  compatibility: ['scripts/compatibility.ts'],
}

type Seed = [file: string, from: string, to: string]
/** The server's own checks of its answers, taken down: what is seeded with these must be seen from outside. */
const UNCHECKED: Seed[] = [
  ['server/http/app.ts', 'normaliseContent, guardAnswers', 'normaliseContent'],
  ['server/http/answer.ts', '  mustBeDescribed(response, type, body)\n', ''],
]

const DEFECTS: { what: string; seeds: Seed[]; check: keyof typeof CHECKS; says: RegExp }[] = [
  {
    what: 'an undocumented status',
    seeds: [...UNCHECKED, ['server/tasks/operations.ts', 'status: 201 as const', 'status: 202 as 201']],
    check: 'journeys',
    says: /✗ status code check/,
  },
  {
    what: 'an extra member in an answer',
    seeds: [...UNCHECKED, ['server/tasks/columns.ts', "|| '\"' as etag", "|| '\"' as etag, title as shadow"]],
    check: 'journeys',
    says: /shadow/,
  },
  {
    what: 'a wrong content type',
    seeds: [
      ...UNCHECKED,
      ['server/http/answer.ts', "else sendJson(response, 'application/json', answer.body)", "else sendJson(response, 'text/html', answer.body)"],
    ],
    check: 'journeys',
    says: /text\/html/,
  },
  {
    what: 'a missing Location',
    seeds: [
      ...UNCHECKED,
      [
        'server/tasks/operations.ts',
        'const headers = { Location: `/api/${task.user_id}/tasks/${task.id}`, ETag: task.etag }',
        'const headers = { ETag: task.etag } as never',
      ],
    ],
    check: 'model',
    says: /expected \[ 201, '"\d+"', null \] to deeply equal/,
  },
  {
    what: 'a filter without user_id',
    seeds: [['server/tasks/store.ts', 'where tasks.user_id = live.user_id and id = ${id}::uuid and', 'where id = ${id}::uuid and']],
    check: 'walls',
    says: /× selectTask, called by Ada with Bob's ids/,
  },
  {
    what: 'a skipped liveness check',
    seeds: [
      [
        'server/database/live-caller.ts',
        `select "userId" as user_id from session
      where id = \${caller.sessionId}::uuid and "userId" = \${caller.userId}::uuid and "expiresAt" > now()`,
        'select ${caller.userId}::uuid as user_id',
      ],
    ],
    check: 'callers',
    says: /a token whose session was ended/,
  },
  {
    what: 'a clamp instead of a 400',
    seeds: [
      [
        'server/http/normalise.ts',
        "request.url = target.startsWith('/') ? target",
        "request.url = target.startsWith('/') ? target.replace('limit=201', 'limit=200')",
      ],
    ],
    check: 'journeys',
    says: /✗ .*step too-large/,
  },
  {
    what: 'a PATCH that resets an unsent field',
    seeds: [['server/tasks/store.ts', "member('description', change.description, 'text')", 'sql.fragment`${change.description ?? null}::text as description`']],
    check: 'model',
    says: /Counterexample: \[create\(.*"description":.*(update|set|toggle)/,
  },
  {
    what: 'a key that is not kept',
    seeds: [['server/tasks/idempotency.ts', 'where not exists (select from earlier) and (select count(*) from expired) >= 0', 'where false']],
    check: 'journeys',
    says: /✗ .*step schedule-again/,
  },
  {
    what: 'a list that keeps its ETag overnight',
    seeds: [['server/tasks/precondition.ts', "reading === '' ? '\"' : `-${reading}\"`", "'\"'"]],
    check: 'lists',
    says: /× the ETag of a list holds the day or the minute/,
  },
  {
    what: 'a filter by the wrong time',
    seeds: [['server/tasks/filter.ts', 'tasks.updated_at > ${updated_after}', 'tasks.created_at > ${updated_after}']],
    check: 'lists',
    says: /× 200: created_after and updated_after each mean their own time/,
  },
  {
    what: 'a purge that nobody hears of',
    seeds: [['server/tasks/change-store.ts', '${since !== undefined} and version', 'false and version']],
    check: 'trash',
    says: /× 200: every change once/,
  },
  {
    what: 'a cell that a spreadsheet runs',
    seeds: [['server/transfer/csv.ts', 'RISKY.test(text) ?', '/^[=+]/.test(text) ?']],
    check: 'files',
    says: /× exportTasksCsv: what begins like a formula/,
  },
  {
    what: 'an import that doubles',
    seeds: [['server/transfer/imported-row.ts', 'return uuidv5(`${times} ${said}`, userId)', 'return crypto.randomUUID()']],
    check: 'files',
    says: /× also where rows have no id/,
  },
  {
    what: 'a retry under another key',
    seeds: [
      [
        'sdk/retry.ts',
        'new Request(request, { body, signal })',
        "new Request(request, { body, signal, headers: { ...Object.fromEntries(request.headers.entries()), 'Idempotency-Key': crypto.randomUUID() } })",
      ],
    ],
    check: 'sdk',
    says: /× a create whose first two tries go wrong \('lost'\) is done once/,
  },
  {
    what: 'an alg list with one more entry',
    seeds: [['server/auth/token.ts', "algorithms: ['HS256']", "algorithms: ['HS256', 'HS384']"]],
    check: 'callers',
    says: /a token by HS384/,
  },
  {
    what: 'a response example that does not validate',
    seeds: [['openapi.yaml', 'completed: false\n        completed_at: null', 'completed: "no"\n        completed_at: null']],
    check: 'examples',
    says: /completed: must be boolean/,
  },
  {
    what: 'a required member of an answer removed in the contract',
    seeds: [['openapi.yaml', 'required: [items, total, total_is_exact, next_cursor]', 'required: [items, total, total_is_exact]']],
    check: 'compatibility',
    says: /no longer required: `next_cursor`/,
  },
]

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && existsSync(file))

function scratchCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'docket-defects-'))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  for (const file of [...tracked, ...globSync('{web,docs}/dist')]) cpSync(file, join(copy, file), { recursive: true })
  // As if the contract of today were the released one, whatever its version allows: what is seeded is then the only change.
  cpSync(join(copy, 'openapi.yaml'), join(copy, 'proofs', 'released.yaml'))
  for (const installed of globSync('{.,server,web,sdk}/node_modules')) symlinkSync(join(process.cwd(), installed), join(copy, installed), 'dir')
  return copy
}

// Two at a time: each check has seconds in which it only waits.
const copies = [scratchCopy(), scratchCopy()]

/** Does the work for each item, in whichever copy is free. */
async function inCopies<Item>(items: Iterable<Item>, work: (copy: string, item: Item) => Promise<void>): Promise<void> {
  const left = [...items]
  await Promise.all(
    copies.map(async (copy) => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(copy, item)
    }),
  )
}

type Check = keyof typeof CHECKS

function run(copy: string, check: Check): Promise<{ red: boolean; output: string }> {
  const env = { ...process.env, NO_COLOR: '1', PROPERTY_SEED: '1', TEST_DATABASE_URL: '' }
  return new Promise((resolve) => {
    execFile(process.execPath, CHECKS[check], { cwd: copy, encoding: 'utf8', env, maxBuffer: 100_000_000 }, (error, stdout, stderr) =>
      resolve({ red: error !== null, output: stdout + stderr }),
    )
  })
}

/** Puts the seeds in, runs the check, and takes them out again. */
async function runSeeded(copy: string, seeds: Seed[], check: Check): Promise<{ red: boolean; output: string }> {
  const before = new Map(seeds.map(([file]) => [file, readFileSync(join(copy, file), 'utf8')]))
  const gone = seeds.find(([file, from]) => !before.get(file)?.includes(from))
  if (gone) return { red: false, output: `The place of this seed is gone from ${gone[0]}: ${gone[1]}\n` }
  for (const [file, from, to] of seeds)
    writeFileSync(
      join(copy, file),
      readFileSync(join(copy, file), 'utf8').replace(from, () => to),
    )
  const result = await run(copy, check)
  for (const [file, text] of before) writeFileSync(join(copy, file), text)
  return result
}

let faults = 0
const say = (good: boolean, text: string) => {
  process.stdout.write(`${good ? '✓' : '✗'} ${text}\n`)
  if (!good) faults += 1
}
const chosen = DEFECTS.filter(({ what }) => what.includes(process.argv[2] ?? ''))
const checksOf = (defects: typeof DEFECTS) => new Set(defects.map(({ check }) => check))

await inCopies(checksOf(chosen), async (copy, check) => {
  const { red, output } = await run(copy, check)
  say(!red, `${check}: green without a defect`)
  if (red) process.stdout.write(output)
})
await inCopies(checksOf(chosen.filter(({ seeds }) => seeds.includes(UNCHECKED[0] as Seed))), async (copy, check) => {
  const { red, output } = await runSeeded(copy, UNCHECKED, check)
  say(!red, `${check}: green without the server's own checks, and without a defect`)
  if (red) process.stdout.write(output)
})
await inCopies(faults > 0 ? [] : chosen, async (copy, { what, seeds, check, says }) => {
  const { red, output } = await runSeeded(copy, seeds, check)
  const line = output.split('\n').find((each) => says.test(each))
  say(red && says.test(output), `${what}: ${check} ${red ? 'goes red' : 'stays green'}${line ? ` (${line.trim().slice(0, 150)})` : ''}`)
  if (!red || !says.test(output)) process.stdout.write(output.slice(-6_000))
})
process.exit(faults > 0 ? 1 : 0)
