import { expect, test } from 'vitest'
import { statements } from '../bench/statements.ts'

test('the servers of the bench run the statements of this server, with the same values', () => {
  const about = { userId: 'u1', sessionId: 's1', taskId: 't1', title: 'n1' }
  const named = Object.entries(statements).map(([name, { text, values }]) => {
    const given = values(about)
    expect([name, text.includes(`$${given.length}`)]).toEqual([name, true])
    return [name, Object.values(about).filter((value) => given.includes(value))]
  })
  expect(named).toEqual([
    ['list', ['u1', 's1']],
    ['get', ['u1', 's1', 't1']],
    ['create', ['u1', 's1', 't1', 'n1']],
  ])
})
