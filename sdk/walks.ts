import type { Calls } from './calls.gen.ts'
import type {
  Changes,
  LabelPage,
  LabelSummary,
  List,
  ListPage,
  Task,
  TaskPage,
} from './contract.gen.ts'
import { DocketError, NoResponseError } from './errors.ts'
import type { CallOptions, Input } from './operation-types.ts'
import { pause } from './retry.ts'

export interface Walks {
  /**
   * Every task of a list, page by page as they are taken.
   *
   * @example for await (const task of docket.tasks({ completed: false })) console.log(task.title)
   * @throws {DocketError} as `listTasks`, and when a cursor does not move on
   */
  tasks(query?: Input<'listTasks'>, options?: CallOptions): AsyncGenerator<Task, void, undefined>
  /** The same in pages. */
  taskPages(
    query?: Input<'listTasks'>,
    options?: CallOptions,
  ): AsyncGenerator<TaskPage, void, undefined>
  /** Every list, in the manual order, page by page as they are taken. */
  lists(query?: Input<'listLists'>, options?: CallOptions): AsyncGenerator<List, void, undefined>
  /** Every label, in the order of their names, page by page as they are taken. */
  labels(
    query?: Input<'listLabels'>,
    options?: CallOptions,
  ): AsyncGenerator<LabelSummary, void, undefined>
  /**
   * What has happened since a cursor, in pages; keep the `cursor` of each with what was done with
   * its items.
   *
   * @param follow milliseconds between two looks once it has caught up, also while the server is
   *   away, until the signal throws its reason; without
   *   it, it ends there
   * @throws {NotFoundError} `changes_gone`: start over without a cursor
   */
  changes(
    since?: string,
    options?: CallOptions & { follow?: number },
  ): AsyncGenerator<Changes, void, undefined>
}

/** What takes several calls: lists and changes, page after page. */
export function walks({
  listTasks,
  listLists,
  listLabels,
  listChanges,
}: Pick<Calls, 'listTasks' | 'listLists' | 'listLabels' | 'listChanges'>): Walks {
  const taskPages: Walks['taskPages'] = (query, options) =>
    pages((cursor) => listTasks({ ...query, cursor } as typeof query, options))

  return {
    taskPages,
    async *tasks(query, options) {
      for await (const { items } of taskPages(query, options)) yield* items
    },
    async *lists(query, options) {
      const listPages = pages<ListPage>((cursor) =>
        listLists({ ...query, cursor } as typeof query, options),
      )
      for await (const { items } of listPages) yield* items
    },
    async *labels(query, options) {
      const labelPages = pages<LabelPage>((cursor) =>
        listLabels({ ...query, cursor } as typeof query, options),
      )
      for await (const { items } of labelPages) yield* items
    },
    async *changes(since, { follow, ...options } = {}) {
      for (let cursor = since; ; ) {
        let page: Changes
        try {
          page = await listChanges({ since: cursor }, options)
        } catch (error) {
          // A caller that follows the changes waits until the server is reachable again.
          if (follow === undefined || !(error instanceof NoResponseError)) throw error
          await pause(follow, options.signal)
          options.signal?.throwIfAborted()
          continue
        }
        yield page
        if (page.has_more && page.cursor === cursor)
          throw new DocketError('The cursor stands still')
        cursor = page.cursor
        if (page.has_more) continue
        if (follow === undefined) return
        await pause(follow, options.signal)
        options.signal?.throwIfAborted()
      }
    },
  }
}

/** Page after page, each from where the one before ended. */
async function* pages<Page extends { next_cursor: string | null }>(
  read: (cursor: string | undefined) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor)
    yield page
    if (page.next_cursor === null) return
    if (page.next_cursor === cursor) throw new DocketError('The cursor stands still')
    cursor = page.next_cursor
  }
}
