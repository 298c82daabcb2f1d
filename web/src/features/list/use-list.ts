import { type ComponentType, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { type ListProps, TaskList } from './task-list.tsx'

/**
 * The list of a view. In the manual order its rows can be dragged, once the person has used a
 * pointer: that part is loaded then.
 *
 * @param isBusy while a task is open: it is not taken from under the person's hands
 */
export function useList(
  isManual: boolean,
  isBusy: boolean,
  send: (id: string | undefined) => void,
): ComponentType<ListProps> {
  const [Manual, setManual] = useState<ComponentType<ListProps>>()
  const loaded = useRef<ComponentType<ListProps>>(undefined)
  const isWanted = isManual && !isBusy && !Manual
  useLayoutEffect(() => {
    if (!isWanted) return
    let isDown = false
    let released: ReturnType<typeof setTimeout> | undefined
    const change = () => {
      if (!loaded.current) return
      const focused = document.activeElement?.getAttribute('data-task')
      setManual(() => loaded.current)
      if (focused) send(focused)
    }
    const load = () =>
      void import('./manual-list.tsx').then(
        ({ ManualList }) => {
          loaded.current = ManualList
          changeNow()
        },
        // Without it the order is changed by keys and menu; the next press tries again.
        () => {},
      )
    /**
     * Between a press and its click the rows stay as they are, or the click would be lost; so the
     * change is not put off either.
     */
    const changeNow = () => {
      if (!isDown && !loading.signal.aborted) flushSync(change)
    }
    const press = () => {
      clearTimeout(released)
      isDown = true
      load()
    }
    const release = () => {
      released = setTimeout(() => {
        isDown = false
        changeNow()
      })
    }
    const loading = new AbortController()
    const { signal } = loading
    window.addEventListener('pointermove', load, { signal, once: true })
    window.addEventListener('pointerdown', press, { signal })
    window.addEventListener('click', release, { signal })
    window.addEventListener('pointercancel', release, { signal })
    change()
    return () => loading.abort()
  }, [isWanted, send])
  return isManual && Manual ? Manual : TaskList
}
