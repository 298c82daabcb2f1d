import { ProblemError, problem } from '../problems.ts'

/** Most rows that are read with one statement. */
const PAGE = 100

/** What comes after this key. */
export interface Part {
  after: string | undefined
  limit: number
}

/**
 * Everything that `select` finds, page by page, by the key of the last row of the page before.
 *
 * @throws {ProblemError} 401 when it returns undefined, because the caller's session has ended
 */
export async function* walk<Row>(
  select: (part: Part) => Promise<readonly Row[] | undefined>,
  keyOf: (row: Row) => string,
  limit = PAGE,
): AsyncGenerator<readonly Row[]> {
  let after: string | undefined
  for (;;) {
    const rows = await select({ after, limit })
    if (!rows) throw new ProblemError(problem('session_ended'))
    const last = rows.at(-1)
    if (last !== undefined) yield rows
    if (last === undefined || rows.length < limit) return
    after = keyOf(last)
  }
}
