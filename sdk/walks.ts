import type { Calls } from './calls.gen.ts'
import type { Changes, LabelSummary, List, Task, TaskPage } from './contract.gen.ts'
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
  const taskPages = paged(listTasks)
  return {
    taskPages,
    tasks: itemsOf(taskPages),
    lists: itemsOf(paged(listLists)),
    labels: itemsOf(paged(listLabels)),
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

type Listed<Query, Found> = (query?: Query, options?: CallOptions) => Found

/** Page after page, each from where the one before ended. */
function paged<Query, Page extends { next_cursor: string | null }>(
  list: Listed<Query, Promise<Page>>,
): Listed<Query, AsyncGenerator<Page, void, undefined>> {
  return async function* (query, options) {
    for (let cursor: string | undefined; ; ) {
      const page = await list({ ...query, cursor } as Query, options)
      yield page
      if (page.next_cursor === null) return
      if (page.next_cursor === cursor) throw new DocketError('The cursor stands still')
      cursor = page.next_cursor
    }
  }
}

/** What is in the pages. */
function itemsOf<Query, Item>(
  pages: Listed<Query, AsyncIterable<{ items: Item[] }>>,
): Listed<Query, AsyncGenerator<Item, void, undefined>> {
  return async function* (query, options) {
    for await (const { items } of pages(query, options)) yield* items
  }
}
