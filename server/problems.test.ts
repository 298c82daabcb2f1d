import { expect, test } from 'vitest'
import { contract } from './contract/document.ts'
import { problem, problemCodes } from './problems.ts'

const examples = Object.values(
  (
    contract as unknown as {
      components: {
        responses: Record<
          string,
          {
            content: Record<
              string,
              { examples: Record<string, { value: Record<string, unknown> }> }
            >
          }
        >
      }
    }
  ).components.responses,
).flatMap(({ content }) =>
  Object.values(content['application/problem+json']?.examples ?? {}).map(({ value }) => value),
)

test('the table of problems and the contract name the same codes (rule 7)', () => {
  expect([...problemCodes].sort()).toEqual([...contract.components.schemas.ProblemCode.enum].sort())
})

test('the examples of the contract are what the server says', () => {
  for (const { code, title, status, detail, type } of examples) {
    const said = problem(code as (typeof problemCodes)[number])
    expect({ code, title, status, detail, type }).toEqual({
      code: said.code,
      title: said.title,
      status: said.status,
      detail: said.detail,
      type: `/docs/problems#${code}`,
    })
  }
})
