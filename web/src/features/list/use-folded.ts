import type { Task } from '@docket/sdk'
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { onRemembered, remember, remembered } from '../../ui/device.ts'

const subscribe = (onChange: () => void) => onRemembered('folded', onChange)
const read = () => remembered('folded').join(' ')

/** Which tasks hide their subtasks on this device. */
export function useFolded(tasks: ReadonlyMap<string, Task>) {
  const ids = useSyncExternalStore(subscribe, read)
  const folded = useMemo(() => new Set(ids.split(' ').filter(Boolean)), [ids])
  const keep = useCallback(
    // Of tasks that are gone nothing is kept.
    (next: Set<string>) =>
      remember(
        'folded',
        [...next].filter((id) => tasks.has(id)),
      ),
    [tasks],
  )
  const fold = useCallback(
    ({ id }: Task) => {
      const next = new Set(folded)
      if (!next.delete(id)) next.add(id)
      keep(next)
    },
    [folded, keep],
  )
  /** Shows what a task stands under. */
  const unfold = useCallback(
    ({ parent_id }: Task) => {
      const next = new Set(folded)
      for (let above = tasks.get(parent_id ?? ''); above; above = tasks.get(above.parent_id ?? ''))
        next.delete(above.id)
      if (next.size < folded.size) keep(next)
    },
    [tasks, folded, keep],
  )
  return { folded, fold, unfold }
}
