import { expect, test } from 'vitest'
import { contract } from '../../server/contract/document.ts'
import { faults } from '../requests/contract-schemas.ts'

const shared = (contract.components as unknown as { examples: Record<string, { value: unknown }> })
  .examples

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
interface Example {
  name: string
  schema: string[]
  value: unknown
}

/** Every example of the contract, with the way to its schema. */
function* examples(node: Json, way: string[]): Generator<Example> {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* examples(item, [...way, String(index)])
    return
  }
  if (node.schema !== undefined) {
    if (node.example !== undefined)
      yield { name: way.join(' '), schema: [...way, 'schema'], value: node.example }
    for (const [name, example] of Object.entries(
      (node.examples ?? {}) as Record<string, { value?: Json; $ref?: string }>,
    )) {
      const value = example.$ref
        ? shared[example.$ref.split('/').at(-1) as string]?.value
        : example.value
      yield { name: [...way, name].join(' '), schema: [...way, 'schema'], value }
    }
  }
  if (Array.isArray(node.examples))
    for (const value of node.examples) yield { name: way.join(' '), schema: way, value }
  for (const [name, child] of Object.entries(node))
    if (name !== 'example' && name !== 'examples') yield* examples(child, [...way, name])
}

test('every example of the contract fits its schema (rule 3)', () => {
  const all = [...examples(contract as unknown as Json, [])]
  expect(
    all.flatMap(({ name, schema, value }) =>
      faults(schema, value).map(
        ({ instancePath, message }) => `${name}${instancePath}: ${message}`,
      ),
    ),
  ).toEqual([])
  expect(all.length).toBeGreaterThan(100)
})
