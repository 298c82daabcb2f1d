import type { Task } from '@docket/sdk'
import { fold, uniqueLabels } from '../../../../../rules/fold.ts'
import { colorOf } from '../../../replica/operations/labels.ts'
import type { Replica, Step } from '../../../replica/replica.ts'
import type { Color } from '../colors.ts'
import { hasLabel } from '../labels.ts'

interface Around {
  act: (steps: Step[], name: string, said: string) => Promise<boolean>
  update: (task: Task, changes: { labels: string[] }) => Step
}

/** What a person does to a label as a whole: to all tasks that have it, outside the trash. */
export function labelActions(replica: Replica, { act, update }: Around) {
  const color = (name: string, color: Color): Step[] =>
    colorOf(replica.getSnapshot().labels, name) === color
      ? []
      : [{ operation: { action: 'color_label', name, color } }]
  /** Task by task, so that what takes it back gives each the labels that it had. */
  const relabel = (name: string, labelsOf: (labels: string[]) => string[]): Step[] =>
    [...replica.getSnapshot().tasks.values()].flatMap((task) => {
      const labels = labelsOf(task.labels)
      const isChanged = task.trashed_at === null && `${labels}` !== `${task.labels}`
      return isChanged && hasLabel(task, name) ? [update(task, { labels })] : []
    })
  const is = (name: string) => (label: string) => fold(label) === fold(name)

  return {
    /** Renames a label and gives it a color. With the name of another one it becomes that one. */
    editLabel(name: string, to: { name: string; color: Color }) {
      const renamed =
        to.name === name
          ? []
          : relabel(name, (labels) =>
              uniqueLabels(labels.map((label) => (is(name)(label) ? to.name : label))),
            )
      const steps = [
        ...renamed,
        ...(is(name)(to.name) ? [] : color(name, 'gray')),
        ...color(to.name, to.color),
      ]
      const did = to.name === name ? `Saved #${name}` : `Renamed #${name} to #${to.name}`
      return act(steps, `#${name}`, did)
    },
    removeLabel(name: string) {
      const steps = [
        ...relabel(name, (labels) => labels.filter((label) => !is(name)(label))),
        ...color(name, 'gray'),
      ]
      return act(steps, `#${name}`, `Deleted #${name}`)
    },
  }
}
