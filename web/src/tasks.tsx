import { AuthenticationError, type BrowserUser, isProblem, type Task } from '@docket/sdk'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { docket } from './docket.ts'
import { Failure } from './failure.tsx'

export function Tasks({ user, signedOut }: { user: BrowserUser; signedOut: (reason?: string) => void }) {
  const queries = useQueryClient()
  const list = useInfiniteQuery({
    queryKey: ['tasks', user.id],
    queryFn: ({ pageParam, signal }) => docket.listTasks({ limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
  const refresh = () => queries.invalidateQueries({ queryKey: ['tasks', user.id] })
  const add = useMutation({
    mutationFn: (title: string) => docket.createTask({ body: { title } }),
    onSettled: refresh,
  })
  // The state is set, not toggled: sent twice, it is still what the person asked for.
  const complete = useMutation({
    mutationFn: ({ id, completed }: Task) => docket.toggleTaskCompletion({ task: id, body: { completed: !completed } }),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: async ({ id }: Task) => {
      const { error } = await docket.result.deleteTask({ task: id })
      // A task that is gone already is what the person asked for.
      if (error && !isProblem(error, 'task_not_found')) throw error
    },
    onSettled: refresh,
  })
  const leave = useMutation({ mutationFn: () => docket.signOut({ body: {} }), onSuccess: () => signedOut() })

  const sessionOver = [list, add, complete, remove].some(({ error }) => error instanceof AuthenticationError)
  useEffect(() => {
    if (sessionOver) signedOut('Your session has ended. Sign in again to go on.')
  })

  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const first = list.data?.pages[0]
  const failed = [add, complete, remove, leave].find(({ error }) => error !== null)?.error
  return (
    <>
      <header className="mb-6 flex items-baseline justify-between gap-4">
        <h1 className="text-3xl font-semibold tracking-tight">Tasks</h1>
        <div className="flex min-w-0 items-baseline gap-2">
          <span className="truncate text-sm text-stone-600 dark:text-stone-400">{user.name}</span>
          <button type="button" className="quiet -mr-3 shrink-0" onClick={() => leave.mutate()}>
            Sign out
          </button>
        </div>
      </header>
      <NewTask add={(title) => add.mutateAsync(title)} />
      {failed && <Failure error={failed} />}
      {list.isError && <Failure error={list.error} retry={() => list.refetch()} />}
      {list.isPending && (
        <p role="status" className="py-6 text-stone-600 dark:text-stone-400">
          Loading…
        </p>
      )}
      {list.isSuccess && items.length === 0 && (
        <p className="py-10 text-center text-stone-600 dark:text-stone-400">Nothing to do. Write your first task above.</p>
      )}
      <ul aria-label="Tasks" className="divide-y divide-stone-200 dark:divide-stone-800">
        {items.map((task) => (
          <TaskRow key={task.id} task={task} complete={() => complete.mutate(task)} remove={() => remove.mutate(task)} />
        ))}
      </ul>
      {list.hasNextPage && (
        <button type="button" className="quiet mt-4 w-full" disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          Show more
        </button>
      )}
      {first && items.length > 0 && (
        <p className="mt-4 text-sm text-stone-600 dark:text-stone-400">
          {first.total_is_exact ? first.total : `More than ${first.total}`} {first.total === 1 ? 'task' : 'tasks'}
        </p>
      )}
    </>
  )
}

function NewTask({ add }: { add: (title: string) => Promise<unknown> }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <form
      className="mb-2 flex gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        const field = input.current
        const title = field?.value.trim()
        if (!field) return
        field.value = ''
        if (!title) return
        // What could not be saved goes back to where it was typed, unless the next one is being typed there.
        add(title).catch(() => {
          field.value ||= title
        })
      }}
    >
      <input ref={input} className="field" name="title" aria-label="New task" placeholder="What is to be done?" autoComplete="off" />
      <button type="submit" className="primary">
        Add
      </button>
    </form>
  )
}

function TaskRow({ task, complete, remove }: { task: Task; complete: () => void; remove: () => void }) {
  return (
    <li className="group flex items-center gap-3 py-1.5">
      <label className="flex min-w-0 grow items-center gap-3 py-2">
        <input type="checkbox" className="size-5 shrink-0 accent-teal-700" checked={task.completed} onChange={complete} />
        <span className={`min-w-0 break-words ${task.completed ? 'text-stone-500 line-through dark:text-stone-400' : ''}`}>{task.title}</span>
      </label>
      <button type="button" className="quiet -mr-3 shrink-0" aria-label={`Delete ${task.title}`} onClick={remove}>
        Delete
      </button>
    </li>
  )
}
