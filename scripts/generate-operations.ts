// Part of `npm run generate`: sdk/operations.gen.ts, what the SDK must know of each operation at run time. With --check it fails when the file is not what the contract makes.
import { readFileSync, writeFileSync } from 'node:fs'
import { contractOperations } from '../server/contract/document.ts'

const FILE = 'sdk/operations.gen.ts'

const entries = contractOperations.map(({ id, method, template, accepts, produces, headerParameters }) => {
  const isText = produces.length > 0 && !produces.some((type) => type.endsWith('json'))
  const facts = {
    method,
    path: template,
    ...(accepts.length > 0 ? { type: accepts[0] } : {}),
    ...(headerParameters.includes('Idempotency-Key') ? { keyed: true } : {}),
    ...(headerParameters.includes('If-Match') ? { conditional: true } : {}),
    ...(isText ? { text: true } : {}),
  }
  const members = Object.entries(facts).map(([name, value]) => `${name}: ${typeof value === 'string' ? `'${value}'` : value}`)
  return `  ${id}: { ${members.join(', ')} },\n`
})
const text = `/** Made from the contract by \`npm run generate\`. */\nexport const OPERATIONS = {\n${entries.join('')}} as const\n`

if (!process.argv.includes('--check')) writeFileSync(FILE, text)
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write(`${FILE} is not what openapi.yaml makes; run npm run generate.\n`)
  process.exit(1)
}
