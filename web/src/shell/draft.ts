import { useCallback, useState } from 'react'
import type { Draft } from '../replica/database.ts'
import { useWorkspace } from './workspace.tsx'

/**
 * A text that is kept on the device with every key, so that a reload, a crash or the end of a session takes nothing of it.
 *
 * @param key which text it is
 * @param value what is shown while nothing is typed
 */
export function useDraft(key: string, value: string): { text: string; draft: Draft | undefined; type: (text: string | undefined) => void } {
  const { replica } = useWorkspace()
  const [draft, setDraft] = useState(() => replica.draft(key))
  const type = useCallback(
    (text: string | undefined) => {
      const begun = replica.draft(key)
      const next = text === undefined || text === (begun?.over ?? value) ? undefined : { over: value, ...begun, text }
      replica.setDraft(key, next)
      setDraft(next)
    },
    [replica, key, value],
  )
  return { text: draft?.text ?? value, draft, type }
}
