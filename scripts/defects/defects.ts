const vitest = (...files: string[]) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'suite',
  ...files,
]
/** What may go red: the words after `node`. */
export const CHECKS = {
  journeys: vitest('proofs/contract/workflows.test.ts'),
  model: vitest('proofs/model/model.test.ts'),
  walls: vitest('proofs/walls/walls.test.ts'),
  callers: vitest('proofs/walls/callers.test.ts'),
  examples: vitest('proofs/contract/examples.test.ts'),
  lists: vitest('server/tasks/query/list.test.ts'),
  responses: vitest('server/http/response/validate-responses.test.ts', '-t', 'leaks nothing'),
  subtasks: vitest('server/tasks/write/subtasks.test.ts'),
  patches: vitest('server/tasks/write/merge-patch.test.ts'),
  series: vitest('server/tasks/write/series.test.ts'),
  labels: vitest('server/labels/rename-label.test.ts'),
  feed: vitest('server/resource/changes.test.ts'),
  overtaken: vitest('server/resource/outdated.test.ts'),
  files: vitest('server/transfer', '-t', 'a formula|doubles'),
  sdk: vitest('sdk/retry.test.ts', '-t', 'two tries'),
  compatibility: ['scripts/test/compatibility.ts'],
}

/** In a file, code that is replaced by other code. */
export type Seed = [file: string, from: string, to: string]
/**
 * The server's own checks of its responses, taken down: what is seeded with these must be seen from
 * outside.
 */
export const UNCHECKED: Seed[] = [
  ['server/http/app.ts', 'normaliseContent, ...validateResponses', 'normaliseContent'],
]

/** `says` is what the check prints when it goes red for the right reason. */
export const DEFECTS: { what: string; seeds: Seed[]; check: keyof typeof CHECKS; says: RegExp }[] =
  [
    {
      what: 'an undocumented status',
      seeds: [
        ...UNCHECKED,
        ['server/resource/response.ts', '{ status: 201 as const', '{ status: 202 as 201'],
      ],
      check: 'journeys',
      says: /✗ status code check/,
    },
    {
      what: 'an extra member in a response',
      seeds: [
        ...UNCHECKED,
        ['server/resource/fields.ts', "|| '\"' as etag", "|| '\"' as etag, version as shadow"],
      ],
      check: 'journeys',
      says: /shadow/,
    },
    {
      what: 'bodies of responses that the validator does not see',
      seeds: [['server/http/response/validate-responses.ts', '  checkResponse,\n', '']],
      check: 'responses',
      says: /× an extra member/,
    },
    {
      what: 'a wrong content type',
      seeds: [
        ...UNCHECKED,
        [
          'server/http/response/send.ts',
          "else sendJson(response, 'application/json', result.body)",
          "else sendJson(response, 'text/html', result.body)",
        ],
      ],
      check: 'journeys',
      says: /text\/html/,
    },
    {
      what: 'a missing Location',
      seeds: [
        ...UNCHECKED,
        [
          'server/resource/response.ts',
          'const headers = { Location, ETag: body.etag }',
          'const headers = { ETag: body.etag } as never',
        ],
      ],
      check: 'model',
      says: /expected \[ 201, '"\d+"', null \] to deeply equal/,
    },
    {
      what: 'a filter without user_id',
      seeds: [
        [
          'server/resource/select.ts',
          "where ${ownedBy('caller', caller, name)} and id = ${id}::uuid and",
          'where id = ${id}::uuid and',
        ],
      ],
      check: 'walls',
      says: /× selectResource, called by Ada with Bob's ids/,
    },
    {
      what: 'a skipped liveness check',
      seeds: [
        [
          'server/resource/live-caller.ts',
          `select "userId" as user_id from session
          where id = \${caller.sessionId}::uuid
            and "userId" = \${caller.userId}::uuid and "expiresAt" > now()`,
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
          'server/http/request/normalise.ts',
          "request.url = target.startsWith('/') ? target",
          "request.url = target.startsWith('/') ? target.replace('limit=201', 'limit=200')",
        ],
      ],
      check: 'journeys',
      says: /✗ .*step too-large/,
    },
    {
      what: 'a PATCH that resets an unsent field',
      seeds: [
        [
          'server/resource/field.ts',
          'case when ${sent !== undefined} then ${next}',
          "case when ${sent !== undefined || field.name === 'description'} then ${next}",
        ],
      ],
      check: 'patches',
      says: /× 200: a member that is sent is written, one that is not sent is kept/,
    },
    {
      what: 'a key that is not kept',
      seeds: [
        [
          'server/resource/idempotency/idempotency.ts',
          'where not exists (select from earlier) and (select count(*) from expired) >= 0',
          'where false',
        ],
      ],
      check: 'journeys',
      says: /✗ .*step schedule-again/,
    },
    {
      what: 'a list that keeps its ETag overnight',
      seeds: [
        ['server/resource/precondition.ts', "reading === '' ? '\"' : `-${reading}\"`", "'\"'"],
      ],
      check: 'lists',
      says: /× the ETag of a list holds the day or the minute/,
    },
    {
      what: 'a filter by the wrong time',
      seeds: [
        [
          'server/tasks/query/filter.ts',
          'tasks.updated_at > ${updated_after}',
          'tasks.created_at > ${updated_after}',
        ],
      ],
      check: 'lists',
      says: /× 200: created_after and updated_after each mean their own time/,
    },
    {
      what: 'a purge that is not in the feed',
      seeds: [
        [
          'server/resource/changes.ts',
          'fits: sql.fragment`${isBegun} and tombstones.version',
          'fits: sql.fragment`false and tombstones.version',
        ],
      ],
      check: 'feed',
      says: /× 200: every change once/,
    },
    {
      what: 'a feed in the order of the last change',
      seeds: [
        [
          'server/resource/changes.ts',
          "= [column(name, 'version'), column(name, 'placed_version')]",
          "= [column(name, 'version'), column(name, 'version')]",
        ],
      ],
      check: 'feed',
      says: /× 200: in pages of 1 a list comes before its tasks/,
    },
    {
      what: 'two resources with one version',
      seeds: [
        [
          'server/resource/write/members.ts',
          'sum(each.areFirst ? [own, ...later] : later)',
          'sum(later)',
        ],
      ],
      check: 'feed',
      says: /× a copy equals the server while eight write/,
    },
    {
      what: 'a feed that tells of a subtask before its parent',
      seeds: [
        [
          'server/tasks/write/update-task.ts',
          'level = descendants.level,\n placed_version = own.version',
          'level = descendants.level',
        ],
      ],
      check: 'feed',
      says: /× 200: in pages of 1 a task comes before its subtasks/,
    },
    {
      what: 'a task below itself',
      seeds: [
        [
          'server/tasks/write/update-task.ts',
          'next.parent_id = next.id or next.parent_id in (select tree.id from tree)',
          'false',
        ],
      ],
      check: 'subtasks',
      says: /× 422: of two tasks that move into each other at once/,
    },
    {
      what: 'a parent that counts what is in the trash',
      seeds: [
        [
          'server/tasks/write/trash-task.ts',
          'parentsOf({ before: true, after: false })',
          'parentsOf({ before: true, after: true })',
        ],
      ],
      check: 'subtasks',
      says: /× 200: what counts a subtask has a new etag/,
    },
    {
      what: 'a subtask in another list than its parent',
      seeds: [
        ['server/tasks/write/update-task.ts', 'list_id = descendants.list_id,\n level', 'level'],
      ],
      check: 'subtasks',
      says: /× 200: a task takes its subtasks along/,
    },
    {
      what: 'a write that decides by what is outdated',
      seeds: [
        [
          'server/resource/version.ts',
          'and user_versions.version = user_version.version returning',
          'returning',
        ],
      ],
      check: 'overtaken',
      says: /× a write that another process overtakes/,
    },
    {
      what: 'a rename of a label that says too early that it is complete',
      seeds: [
        [
          'server/labels/write-label.ts',
          'coalesce(bool_and(fits), true) as is_complete',
          'true as is_complete',
        ],
      ],
      check: 'labels',
      says: /× 200: many tasks take several requests/,
    },
    {
      what: 'a deleted color of which the feed tells nothing',
      seeds: [
        [
          'server/labels/label-color.ts',
          'with ordinality gone (id, turn)',
          'with ordinality gone (id, turn) where false',
        ],
      ],
      check: 'labels',
      says: /× 200: the color goes along/,
    },
    {
      what: 'a cell that a spreadsheet runs',
      seeds: [['server/transfer/csv.ts', 'RISKY.test(text) ?', '/^[=+]/.test(text) ?']],
      check: 'files',
      says: /× exportTasksCsv: a formula/,
    },
    {
      what: 'an import that doubles',
      seeds: [
        [
          'server/transfer/imported-row.ts',
          'return uuidv5(`${times} ${said}`, userId)',
          'return crypto.randomUUID()',
        ],
      ],
      check: 'files',
      says: /× also where rows have no id/,
    },
    {
      what: 'a retry under another key',
      seeds: [
        [
          'sdk/retry.ts',
          'new Request(request, { body, signal })',
          'new Request(request, { body, signal, headers: { ' +
            "...Object.fromEntries(request.headers.entries()), 'Idempotency-Key': " +
            'crypto.randomUUID() } })',
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
      what: 'completing creates no next task',
      seeds: [
        [
          'server/tasks/write/complete-in-series.ts',
          "if (!next || completed?.outcome !== 'done') return completed",
          'if (completed) return completed',
        ],
      ],
      check: 'series',
      says: /× completed twice, reopened and completed again/,
    },
    {
      what: 'the next task of a date has another id at each try',
      seeds: [
        ['rules/recurrence/series.ts', "uuidv5('next', id)", 'uuidv5(String(Math.random()), id)'],
      ],
      check: 'series',
      says: /× a next task in the trash comes back/,
    },
    {
      what: 'a response example that does not validate',
      seeds: [
        [
          'openapi.yaml',
          'total: 3\n total_is_exact: true\n next_cursor: W',
          `total: "3"\n${' '.repeat(20)}total_is_exact: true\n${' '.repeat(20)}next_cursor: W`,
        ],
      ],
      check: 'examples',
      says: /total: must be integer/,
    },
    {
      what: 'a required member of a response removed in the contract',
      seeds: [
        [
          'openapi.yaml',
          `description: A page of tasks.
      additionalProperties: false
      required: [items, total, total_is_exact, next_cursor]`,
          `description: A page of tasks.
      additionalProperties: false
      required: [items, total, total_is_exact]`,
        ],
      ],
      check: 'compatibility',
      says: /no longer required: `next_cursor`/,
    },
  ]
