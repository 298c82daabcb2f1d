import type { Task } from '@docket/sdk'
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import { above } from '../../replica/operations/tree.ts'
import { onRemembered, remember, remembered } from '../../ui/device.ts'

/** Most of them that are remembered: the latest. */
const MOST = 500
const subscribe = (onChange: () => void) => onRemembered('folded', onChange)
const read = () => remembered('folded').join(' ')

/** Which tasks hide their subtasks on this device. */
export function useFolded(tasks: ReadonlyMap<string, Task>) {
  const ids = useSyncExternalStore(subscribe, read)
  const folded = useMemo(() => new Set(ids.split(' ').filter(Boolean)), [ids])
  const keep = useCallback((next: Set<string>) => remember('folded', [...next].slice(-MOST)), [])
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
    (task: Task) => {
      const next = new Set(folded)
      for (const { id } of above(tasks, task)) next.delete(id)
      if (next.size < folded.size) keep(next)
    },
    [tasks, folded, keep],
  )
  return { folded, fold, unfold }
}
