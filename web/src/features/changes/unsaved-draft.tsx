import type { Task } from '@docket/sdk'
import { useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { pathOfList } from '../workspace/lists.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

/**
 * A text that the user was typing when they left the page, and that is not yet a change of the
 * task.
 */
export function UnsavedDraft({ id, task }: { id: string; task: Task | undefined }) {
  const { replica, isLoading } = useWorkspace()
  const key = useSyncExternalStore(replica.subscribe, () =>
    [`${id} title`, `${id} description`, `${id} subtask`].find((each) => replica.draft(each)),
  )
  if (!key || (!task && isLoading)) return null
  const open = task?.list_id ? pathOfList({ id: task.list_id }) : '/'
  const view = task?.trashed_at ? '/trash' : task?.completed ? '/done' : open
  return (
    <div role="status" className="note flex flex-wrap items-center justify-between gap-2">
      {task ? (
        <>
          <span>
            You have an unsaved draft in “<strong dir="auto">{task.title}</strong>”.
          </span>
          <span className="flex gap-2">
            <Link href={`${view}?task=${id}`} className="outlined">
              Continue editing
            </Link>
            <button
              type="button"
              className="outlined"
              onClick={() => replica.setDraft(key, undefined)}
            >
              Discard
            </button>
          </span>
        </>
      ) : (
        <>
          <span className="break-words whitespace-pre-wrap" dir="auto">
            Unsaved text from a deleted task: {replica.draft(key)?.text}
          </span>
          <button
            type="button"
            className="outlined"
            onClick={() => replica.setDraft(key, undefined)}
          >
            Discard
          </button>
        </>
      )}
    </div>
  )
}
