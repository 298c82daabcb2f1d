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
  // The subscription begins a moment after the field is seen: what is typed before it must be shown
  // too, or React takes it out of the field again.
  const [, show] = useReducer((times: number) => times + 1, 0)
  const type = useCallback(
    (text: string) => {
      const over = replica.draft(key)?.over ?? value
      replica.setDraft(key, text === over ? undefined : { text, over })
      show()
    },
    [replica, key, value],
  )
  /** What was typed is kept as something else now, as `value`; what was typed since is not. */
  const kept = useCallback(
    (text: string, value: string) => {
      const now = replica.draft(key)
      if (now)
        replica.setDraft(key, now.text === text ? undefined : { text: now.text, over: value })
    },
    [replica, key],
  )
  /** As it is by now, whenever it was rendered last. */
  const current = useCallback(() => replica.draft(key), [replica, key])
  return { text: draft?.text ?? value, current, type, kept }
}
