import type { TaskCreate } from '@docket/sdk'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { uuidv7 } from 'uuidv7'
import { uniqueLabels } from '../../../../rules/fold.ts'
import { lengthOf } from '../../../../rules/length.ts'
import { LIMITS } from '../../../../rules/limits.ts'
import { type Overrides, parseQuickAdd, type QuickAdd } from '../../../../rules/quick-add.ts'
import { useDraft } from '../workspace/draft.ts'
import { dayOf, timeOf } from '../workspace/due.ts'
import { sameLabel } from '../workspace/labels.ts'
import { openLists } from '../workspace/lists.ts'
import type { View } from '../workspace/views.ts'
import { useWorkspace } from '../workspace/workspace.tsx'
import { creationOf } from './creation.ts'

/** Prefix of the keys of lines that were entered and are not tasks yet. */
const ENTERED = 'entered '
/**
 * The keys of lines that are being added as tasks. A page tries each line once, whatever view it
 * shows.
 */
const adding = new Set<string>()

export interface NewTaskProps {
  adds: NonNullable<View['adds']>
  /** The label of the view. */
  label: string
  isSeen: (task: TaskCreate) => boolean
}

/** What is typed into the field for a new task, how it is read, and how it becomes tasks. */
export function useNewTask({ adds, label, isSeen }: NewTaskProps) {
  const { actions, replica, tasks, lists } = useWorkspace()
  const input = useRef<HTMLInputElement>(null)
  const { text: line, type } = useDraft('new task', '')
  const { listId } = adds
  const inList = (created: TaskCreate) =>
    listId === undefined ? created : { list_id: listId, ...created }
  const add = (created: TaskCreate[]) => {
    const placed = created.map(inList)
    return actions.add(placed, placed.every(isSeen))
  }
  const [overrides, setOverrides] = useState<Overrides>({})
  const read = (text: string, changes: Overrides = {}): QuickAdd => {
    const now = new Date()
    const said = parseQuickAdd(
      text,
      { day: dayOf(now), time: timeOf(now) },
      { ...changes, label },
      openLists(lists),
    )
    const day = adds.day?.(dayOf(now))
    const due = said.due ?? (day && changes.due !== null ? { day, time: null } : undefined)
    return {
      ...said,
      due,
      labels: uniqueLabels(said.labels.map((each) => sameLabel(tasks.values(), each))),
    }
  }
  const said = read(line, overrides)
  const excess = lengthOf(said.title) - LIMITS.title

  const unsaved = useSyncExternalStore(replica.subscribe, () =>
    [...replica.unsavedDrafts]
      .filter((key) => key.startsWith(ENTERED) && !adding.has(key) && replica.draft(key))
      .join('\n'),
  )
  /**
   * Makes a task of a line that was entered. Until it is one, the line stays on the device, with
   * the task that it is to be.
   */
  const enter = async (key: string): Promise<boolean> => {
    const entered = replica.draft(key)
    if (!entered || adding.has(key)) return false
    adding.add(key)
    const added = await add([entered.creation ?? creationOf(read(entered.text))])
    adding.delete(key)
    if (added) replica.setDraft(key, undefined)
    return added
  }
  const submit = async () => {
    if (!said.title || line.trim() === '' || excess > 0) return
    const key = `${ENTERED}${uuidv7()}`
    replica.setDraft(key, {
      text: line,
      over: '',
      creation: inList({ ...creationOf(said), id: uuidv7() }),
    })
    type('')
    setOverrides({})
    if (await enter(key)) return
    // Puts the line back into the field, unless the user has already typed the next line.
    if (input.current?.value !== '') return replica.keepUnsaved(key)
    type(line)
    setOverrides(overrides)
    replica.setDraft(key, undefined)
  }
  // What was entered when the page was left, and is no task yet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the field is first shown
  useEffect(() => {
    for (const key of replica.unsavedDrafts)
      if (key.startsWith(ENTERED) && !adding.has(key)) void enter(key)
  }, [])
  return {
    input,
    line,
    type,
    said,
    overrides,
    setOverrides,
    excess,
    read,
    add,
    submit,
    unsaved,
    enter,
  }
}
