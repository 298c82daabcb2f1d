import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { newPerson, send } from '../../server/testing/person.ts'
import { startService } from '../../server/testing/service.ts'
import { install, works } from './program.ts'

const PYTHONS = ['/usr/bin/python3', 'python3']
const find = (module: string) => PYTHONS.find((python) => works(python, '-c', `import ${module}`))

function pythonWith(module: string, debian: string): string {
  if (!find(module)) install('python3', debian)
  const found = find(module)
  if (!found) throw new Error(`Python still cannot import ${module}`)
  return found
}

test.each([
  ['PyJWT', 'jwt', 'python3-jwt', 'import jwt; refused = jwt.InvalidTokenError'],
  ['python-jose', 'jose', 'python3-jose', 'from jose import jwt, JWTError as refused'],
])(
  '%s reads sub, user_id and email by the secret, and refuses another',
  async (_, module, debian, load) => {
    const python = pythonWith(module, debian)
    const service = await startService()
    const ada = await newPerson(service.url)
    const { body } = await send<{ token: string }>(`${service.url}/api/auth/token`, {
      headers: { authorization: `Bearer ${ada.sessionToken}` },
    })
    const program = `
import json, sys
${load}
token, secret = sys.stdin.read().split()
claims = jwt.decode(token, secret, algorithms=['HS256'])
try:
    jwt.decode(token, secret + 'x', algorithms=['HS256'])
    sys.exit('another secret was taken')
except refused:
    print(json.dumps({name: claims[name] for name in ('sub', 'user_id', 'email')}))
`
    const read = execFileSync(python, ['-c', program], {
      input: `${body.token} ${service.secret}`,
      encoding: 'utf8',
    })
    expect(JSON.parse(read)).toEqual({ sub: ada.id, user_id: ada.id, email: ada.email })
  },
  180_000,
)
