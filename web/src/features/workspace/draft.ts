import { useCallback, useReducer, useSyncExternalStore } from 'react'
import { useWorkspace } from './workspace.tsx'

/**
 * A text that is kept on the device with every key, so that a reload, a crash or the end of a
 * session takes nothing of it.
 *
 * @param key which text it is
 * @param value what is shown while nothing is typed
 */
export function useDraft(key: string, value: string) {
  const { replica } = useWorkspace()
  const draft = useSyncExternalStore(replica.subscribe, () => replica.draft(key))
  // The subscription starts shortly after the field is shown. Text typed before that must be
  // rendered too, or React removes it from the field.
  const [, show] = useReducer((times: number) => times + 1, 0)
  const type = useCallback(
    (text: string) => {
      const over = replica.draft(key)?.over ?? value
      replica.setDraft(key, text === over ? undefined : { text, over })
      show()
    },
    [replica, key, value],
  )
  /** The typed text is now saved as `value`. Text that was typed since then is not. */
  const kept = useCallback(
    (text: string, value: string) => {
      const now = replica.draft(key)
      if (now)
        replica.setDraft(key, now.text === text ? undefined : { text: now.text, over: value })
    },
    [replica, key],
  )
  /** The current draft, independent of the last render. */
  const current = useCallback(() => replica.draft(key), [replica, key])
  return { text: draft?.text ?? value, current, type, kept }
}
