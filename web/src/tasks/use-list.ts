import { type ComponentType, useEffect, useState } from 'react'
import { type ListProps, TaskList } from './task-list.tsx'

/**
 * The list of a view. In the manual order its rows can be dragged, once the person has used a pointer: that part is loaded then.
 *
 * @param isBusy while a task is open: it is not taken from under the person's hands
 */
export function useList(isManual: boolean, isBusy: boolean, send: (id: string | undefined) => void): ComponentType<ListProps> {
  const [Manual, setManual] = useState<ComponentType<ListProps>>()
  const isWanted = isManual && !isBusy && !Manual
  useEffect(() => {
    if (!isWanted) return
    let isOver = false
    const load = () =>
      void import('./manual-list.tsx').then(({ ManualList }) => {
        if (isOver) return
        const focused = document.activeElement?.getAttribute('data-task')
        setManual(() => ManualList)
        if (focused) send(focused)
      })
    window.addEventListener('pointermove', load, { once: true })
    window.addEventListener('pointerdown', load, { once: true })
    return () => {
      isOver = true
      window.removeEventListener('pointermove', load)
      window.removeEventListener('pointerdown', load)
    }
  }, [isWanted, send])
  return isManual && Manual ? Manual : TaskList
}
