// Part of `npm run generate`: what the SDK knows of each operation, sdk/operations.gen.ts at run time, sdk/calls.gen.ts as types. With --check it fails when a file is not what the contract makes.
import { readFileSync, writeFileSync } from 'node:fs'
import { contractOperations, type Operation } from '../server/contract/document.ts'
import { samples } from './samples.ts'

const HEAD = '/** Made from the contract by `npm run generate`. */\n'

/** One string an operation, since the package counts its bytes: method, path, and what is special about it. */
function facts({ id, method, template, accepts, access, produces, headerParameters }: Operation): string {
  const isText = produces.length > 0 && !produces.some((type) => type.endsWith('json'))
  const words = [
    method.toLowerCase(),
    template,
    ...(accepts[0] === 'application/merge-patch+json' ? ['patch'] : []),
    ...(headerParameters.includes('Idempotency-Key') ? ['keyed'] : []),
    ...(headerParameters.includes('If-Match') ? ['conditional'] : []),
    ...(isText ? ['text'] : []),
    ...(access === 'session' ? ['session'] : []),
  ]
  return `  ${id}: '${words.join(' ')}',\n`
}

function method({ id, summary, method, template }: Operation): string {
  const example = samples.get(id)?.typescript.replaceAll('\n', '\n   * ')
  return `  /**
   * ${summary}: \`${method} ${template}\`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * ${example}
   */
  ${id}(...parameters: Arguments<'${id}'>): Promise<Output<'${id}'>>
`
}

const files = {
  'sdk/operations.gen.ts': `${HEAD}export const OPERATIONS = {\n${contractOperations.map(facts).join('')}} as const\n`,
  'sdk/calls.gen.ts': `${HEAD}import type { Arguments, Output, Result } from './operation-types.ts'

export interface Calls {
${contractOperations.map(method).join('')}}

export type Results = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => Promise<Result<Output<Op>>> }
export type Raws = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => Promise<Response> }
`,
}

for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(`${file} is not what openapi.yaml makes; run npm run generate.\n`)
    process.exit(1)
  }
}
