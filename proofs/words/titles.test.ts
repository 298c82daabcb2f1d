import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseQuickAdd } from '../../rules/quick-add.ts'
import { validatorFor } from '../../server/contract/schemas.ts'
import { RECURRING, REPEATED } from './recurring-titles.ts'
import { LEFT_ALONE, NOW, READ, type Reading } from './titles.ts'

function readingOf(line: string): Reading {
  const { title, due, priority, labels, recurrence, saysRepeat } = parseQuickAdd(line, NOW)
  return {
    title,
    ...(due ? { day: due.day } : {}),
    ...(due?.time ? { time: due.time } : {}),
    ...(labels.length > 0 ? { labels } : {}),
    ...(priority === 'none' ? {} : { priority }),
    ...(recurrence ? { rule: recurrence.rule } : {}),
    ...(recurrence?.from === 'completion' ? { isAfter: true } : {}),
    ...(saysRepeat ? { repeats: true } : {}),
  }
}

/** Pieces that lines are made of, meant and unmeant. */
const PIECES = [
  ...READ,
  ...RECURRING,
  ...LEFT_ALONE.map((line) => [line] as const),
  ...REPEATED.map((line) => [line] as const),
].flatMap(([line]) => line.split(' '))

describe('a line of quick add', () => {
  test('any line has a title, and a due date that the contract accepts', () => {
    const lines = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((words) => words.join(' ')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(lines, (line) => {
        const { title, due, labels } = parseQuickAdd(line, NOW)
        expect(
          due === undefined ||
            validatorFor({ $ref: '#/components/schemas/DueDate' })(due.day).length === 0,
        ).toBe(true)
        expect(!due?.time || /^([01]\d|2[0-3]):[0-5]\d$/.test(due.time)).toBe(true)
        expect(title === title.trim() && title.length <= line.length).toBe(true)
        expect(labels.length).toBeLessThanOrEqual(20)
      }),
      { numRuns: 5_000, seed: 19 },
    )
  })

  test('the table has 120 lines, and half of them are left alone', () => {
    const lines = [...READ.map(([line]) => line), ...LEFT_ALONE, ...REPEATED]
    expect([
      new Set(lines).size,
      lines.length >= 120,
      LEFT_ALONE.length + REPEATED.length >= lines.length / 2,
    ]).toEqual([lines.length, true, true])
  })
  test.each(READ)('%s: is read', (line, reading) => expect(readingOf(line)).toEqual(reading))
  test.each(RECURRING)('%s: recurs', (line, reading) => expect(readingOf(line)).toEqual(reading))
  test.each(LEFT_ALONE)('%s: is left alone', (line) =>
    expect(readingOf(line)).toEqual({ title: line }),
  )
  test.each(REPEATED)('%s: repeats, so no date is read', (line) =>
    expect(readingOf(line)).toEqual({ title: line, repeats: true }),
  )
})

test.each([
  ['Water the plants /home', 'Water the plants', 'Home'],
  ['+home Water the plants', 'Water the plants', 'Home'],
  ['Paint /home office, white', 'Paint white', 'Home office'],
  ['Buy soap /HOME tomorrow', 'Buy soap', 'Home'],
  ['Café order /CAFÉ', 'Café order', 'cafe'],
  ['Read and/or skip', 'Read and/or skip', undefined],
  ['Edit /etc/hosts', 'Edit /etc/hosts', undefined],
  ['Vote +1', 'Vote +1', undefined],
  ['Move house/home', 'Move house/home', undefined],
  ['Choose /home /work', 'Choose /home', 'Work'],
])('quick add: %s is read as %s in %s', (line, title, list) => {
  const lists = ['Home', 'Home office', 'cafe', 'Work'].map((name) => ({ id: name, name }))
  const said = parseQuickAdd(line, NOW, {}, lists)
  expect([said.title, said.list?.name]).toEqual([title, list])
})
