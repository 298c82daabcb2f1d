import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { contract } from './document.ts'

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
formats.default(ajv)
ajv.addFormat('int32', true).addFormat('password', true)
ajv.addSchema({ $id: 'contract', ...contract })

const shared = (contract.components as unknown as { examples: Record<string, { value: unknown }> }).examples

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Every place of the contract that has a schema and examples beside it, with the way there. */
function* examples(node: Json, way: string[]): Generator<{ way: string; schema: string; value: Json }> {
  if (node === null || typeof node !== 'object') return
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* examples(item, [...way, String(index)])
    return
  }
  const pointer = (path: string[]) => `contract#/${path.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
  if (node.schema !== undefined) {
    if (node.example !== undefined) yield { way: way.join(' '), schema: pointer([...way, 'schema']), value: node.example }
    for (const [name, example] of Object.entries((node.examples ?? {}) as Record<string, { value?: Json; $ref?: string }>)) {
      const value = example.$ref ? (shared[example.$ref.split('/').at(-1) as string]?.value as Json) : (example.value as Json)
      yield { way: [...way, name].join(' '), schema: pointer([...way, 'schema']), value }
    }
  }
  if (Array.isArray(node.examples)) for (const value of node.examples) yield { way: way.join(' '), schema: pointer(way), value }
  for (const [name, child] of Object.entries(node)) if (name !== 'example' && name !== 'examples') yield* examples(child, [...way, name])
}

const all = [...examples(contract as unknown as Json, [])]

test('every example of the contract fits its schema', () => {
  const wrong = all.flatMap(({ way, schema, value }) => (ajv.validate(schema, value) ? [] : [`${way}: ${ajv.errorsText()}`]))
  expect(wrong).toEqual([])
  expect(all.length).toBeGreaterThan(100)
})
