import type { Task } from '@docket/sdk'
import { useRef } from 'react'
import { weekdayOf } from '../../../../rules/day.ts'
import { type Recurrence, WEEKDAY_CODES } from '../../../../rules/recurrence/rule.ts'
import { sentenceOf } from '../../../../rules/recurrence/sentence.ts'
import { Labelled } from '../../ui/labelled.tsx'
import { dayFromToday } from '../workspace/due.ts'
import { useWorkspace } from '../workspace/workspace.tsx'

const UNITS = { DAILY: 'days', WEEKLY: 'weeks', MONTHLY: 'months', YEARLY: 'years' }
const EVERY = /^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=(\d+))?$/

/** The rules that are chosen most, for a task that is due on this day. */
function usual(day: string): string[] {
  const [, month = '', date = ''] = day.split('-').map((part) => part.replace(/^0/, ''))
  return [
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    `FREQ=WEEKLY;BYDAY=${WEEKDAY_CODES[(weekdayOf(day) + 6) % 7]}`,
    `FREQ=MONTHLY;BYMONTHDAY=${date}`,
    `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${date}`,
  ]
}

/** How a task recurs: one of the usual rules, every so many days, and from when that counts. */
export function RepeatField({ task }: { task: Task }) {
  const { actions } = useWorkspace()
  const { recurrence } = task
  const count = useRef<HTMLInputElement>(null)
  const day = task.due_date ?? dayFromToday(0)
  const rules = usual(day)
  const set = (changes: Partial<Recurrence> & { rule: string }) =>
    void actions.edit(task, {
      recurrence: {
        rule: changes.rule,
        from: changes.from ?? recurrence?.from ?? 'due',
        missed: recurrence?.missed ?? 'skip',
      },
      ...(task.due_date === null ? { due_date: day } : {}),
    })
  const [, unit, interval = '1'] = EVERY.exec(recurrence?.rule ?? '') ?? []
  const isOther = recurrence !== null && !rules.includes(recurrence.rule)
  const choose = (rule: string) => {
    if (rule === '') void actions.edit(task, { recurrence: null })
    else set({ rule })
  }
  return (
    <div>
      <Labelled label="Repeat">
        <select
          className="field"
          value={recurrence?.rule ?? ''}
          onChange={({ target }) => choose(target.value)}
        >
          <option value="">Does not repeat</option>
          {rules.map((rule) => (
            <option key={rule} value={rule}>
              {sentenceOf(rule)}
            </option>
          ))}
          {isOther && <option value={recurrence.rule}>{sentenceOf(recurrence.rule)}</option>}
          {!isOther && (
            <option value="FREQ=DAILY;INTERVAL=2">Every few days, weeks, months…</option>
          )}
        </select>
      </Labelled>
      {isOther && unit && (
        <div className="mt-1 flex items-center gap-2">
          <span>Every</span>
          <input
            type="number"
            ref={count}
            className="field w-20"
            aria-label="How many"
            min={1}
            max={999}
            key={interval}
            defaultValue={interval}
            onBlur={({ target }) =>
              target.validity.valid &&
              target.value !== interval &&
              set({ rule: `FREQ=${unit};INTERVAL=${target.value}` })
            }
          />
          <select
            className="field"
            aria-label="Days, weeks, months or years"
            value={unit}
            onChange={({ target }) => {
              // What was typed a moment ago is not stored yet.
              const typed = count.current?.validity.valid ? count.current.value : interval
              set({ rule: `FREQ=${target.value};INTERVAL=${typed}` })
            }}
          >
            {Object.entries(UNITS).map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      {recurrence && (
        <div className="mt-1 flex flex-wrap items-center gap-x-3">
          <label className="flex min-h-9 items-center gap-2">
            <input
              type="checkbox"
              checked={recurrence.from === 'completion'}
              onChange={({ target }) =>
                set({ rule: recurrence.rule, from: target.checked ? 'completion' : 'due' })
              }
            />
            Count from the day of completion
          </label>
          {!task.completed && (
            <button type="button" className="quiet px-2" onClick={() => actions.skip(task)}>
              Skip this date
            </button>
          )}
        </div>
      )}
    </div>
  )
}
