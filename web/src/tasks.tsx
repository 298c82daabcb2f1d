import { AuthenticationError, type BrowserUser, isProblem, type Task, type TaskCreate, type TaskList } from '@docket/sdk'
import { type InfiniteData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { docket } from './docket.ts'
import { Failure } from './failure.tsx'
import { NewTask } from './new-task.tsx'
import { TaskRow } from './task-row.tsx'
import { Undo, type Undoable } from './undo.tsx'
import type { View } from './views.ts'
import { ViewsNav } from './views-nav.tsx'

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone

export function Tasks({ user, view, signedOut }: { user: BrowserUser; view: View; signedOut: (reason?: string) => void }) {
  const queries = useQueryClient()
  const key = ['tasks', user.id]
  const list = useInfiniteQuery({
    queryKey: [...key, view.path],
    queryFn: ({ pageParam, signal }) => docket.listTasks({ ...view.query(), limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
  const counts = useQuery({ queryKey: [...key, 'counts'], queryFn: ({ signal }) => docket.getTaskCounts({ time_zone: timeZone }, { signal }) })

  const [last, setLast] = useState<Undoable>()
  const forget = useCallback(() => setLast(undefined), [])
  const [announced, announce] = useState('')

  const refresh = () => queries.invalidateQueries({ queryKey: key })
  /** A task leaves the view that it was done with in; when that fails, the list comes back as the server has it. */
  const hide = async ({ id }: Task) => {
    await queries.cancelQueries({ queryKey: key })
    queries.setQueryData<InfiniteData<TaskList>>(
      [...key, view.path],
      (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) })) },
    )
  }
  /** What was done, and what takes it back. */
  const done = (said: string, undo: () => void) => {
    announce(said)
    setLast({
      said,
      undo: () => {
        setLast(undefined)
        announce('Taken back')
        undo()
      },
    })
  }

  const add = useMutation({
    mutationFn: (task: TaskCreate) => docket.createTask({ body: task }),
    onSettled: refresh,
    onSuccess: ({ title }) => announce(`Added ${title}`),
  })
  // The state is set, not toggled: sent twice, it is still what the person asked for.
  const complete = useMutation({
    mutationFn: ({ id, completed }: Task) => docket.toggleTaskCompletion({ task: id, body: { completed: !completed } }),
    onMutate: hide,
    onSuccess: (task) => done(task.completed ? `Done: ${task.title}` : `Open again: ${task.title}`, () => complete.mutate(task)),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: async ({ id }: Task) => {
      const { error } = await docket.result.deleteTask({ task: id })
      // A task that is gone already is what the person asked for.
      if (error && !isProblem(error, 'task_not_found')) throw error
    },
    onMutate: hide,
    onSuccess: (_, task) => done(`Deleted ${task.title}`, () => restore.mutate(task)),
    onSettled: refresh,
  })
  const restore = useMutation({
    mutationFn: ({ id }: Task) => docket.restoreTask({ task: id }),
    onMutate: hide,
    onSuccess: ({ title }) => announce(`Restored ${title}`),
    onSettled: refresh,
  })
  const leave = useMutation({ mutationFn: () => docket.signOut({ body: {} }), onSuccess: () => signedOut() })

  const sessionOver = [list, counts, add, complete, remove, restore].some(({ error }) => error instanceof AuthenticationError)
  useEffect(() => {
    if (sessionOver) signedOut('Your session has ended. Sign in again to go on.')
  })
  useEffect(() => {
    document.title = `${view.title} - Docket`
  }, [view.title])

  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const failed = [add, complete, remove, restore, leave].find(({ error }) => error !== null)?.error
  return (
    <>
      <header className="mb-4 flex items-baseline justify-between gap-4">
        <h1 className="text-3xl font-semibold tracking-tight">{view.title}</h1>
        <div className="flex min-w-0 items-baseline gap-2">
          <span className="truncate text-sm text-stone-600 dark:text-stone-400">{user.name}</span>
          <button type="button" className="quiet -mr-3 shrink-0" onClick={() => leave.mutate()}>
            Sign out
          </button>
        </div>
      </header>
      <ViewsNav counts={counts.data} />
      <NewTask add={(task) => add.mutateAsync(task)} />
      {failed && <Failure error={failed} />}
      {list.isError && <Failure error={list.error} retry={() => list.refetch()} />}
      {list.isPending && (
        <p role="status" className="py-6 text-stone-600 dark:text-stone-400">
          Loading…
        </p>
      )}
      {list.isSuccess && items.length === 0 && <p className="py-10 text-center text-stone-600 dark:text-stone-400">{view.empty}</p>}
      <ul aria-label="Tasks" className="divide-y divide-stone-200 dark:divide-stone-800">
        {items.map((task) => (
          <TaskRow key={task.id} task={task} complete={complete.mutate} remove={remove.mutate} restore={restore.mutate} />
        ))}
      </ul>
      {list.hasNextPage && (
        <button type="button" className="quiet mt-4 w-full" disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show more
        </button>
      )}
      {last && <Undo last={last} over={forget} />}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </>
  )
}
