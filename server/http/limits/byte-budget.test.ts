import { expect, test } from 'vitest'
import { openByteBudget } from './byte-budget.ts'

test('clients hold bytes up to their limit and the total, and release them', () => {
  const { hold, release } = openByteBudget({ total: 10, perClient: 6 })
  expect([hold('ada', 6), hold('ada', 1), hold('bob', 4), hold('eve', 1)]).toEqual([
    true,
    false,
    true,
    false,
  ])
  release('ada', 6)
  expect([hold('eve', 6), hold('ada', 1)]).toEqual([true, false])
  release('bob', 4)
  expect([hold('bob', 4), hold('ada', 1)]).toEqual([true, false])
})
