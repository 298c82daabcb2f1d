import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { contractOperations, type ParameterObject, resolve, type SchemaObject } from './document.ts'
import { DEFAULTED } from './handlers.ts'

const here = fileURLToPath(new URL('handlers.probe.ts', import.meta.url))
const configFile = fileURLToPath(new URL('../../tsconfig.json', import.meta.url))

/** What the compiler says of a program that stands beside handlers.ts. */
function compile(program: string): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, ts.sys.readFile).config,
    ts.sys,
    fileURLToPath(new URL('../..', import.meta.url)),
  )
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists } = host
  const source = [
    "import type { Handlers } from './handlers.ts'",
    'declare const real: Handlers',
    program,
  ].join('\n')
  host.fileExists = (path) => path === here || fileExists(path)
  host.getSourceFile = (path, version) =>
    path === here ? ts.createSourceFile(path, source, version) : getSourceFile(path, version)
  const compiled = ts.createProgram([here], options, host)
  return ts
    .getPreEmitDiagnostics(compiled)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('handlers that the contract does not describe do not compile', () => {
  test('handlers as they are: fine, so what follows is refused for its own reason', () => {
    expect(compile('export const handlers = { ...real } satisfies Handlers')).toEqual([])
  })

  test.each([
    [
      'a missing operation',
      'const { getTask, ...rest } = real; export const handlers = rest satisfies Handlers',
      /getTask/,
    ],
    [
      'an operation of no contract',
      'export const handlers = { ...real, eatTask: real.getTask } satisfies Handlers',
      /eatTask/,
    ],
    [
      'an undocumented status',
      'export const handlers = { ...real, getLiveness: async () => ({ status: 202, body: { ' +
        'status: "ok" } }) } satisfies Handlers',
      /202/,
    ],
    [
      'a problem the operation does not declare',
      'export const handlers = { ...real, getLiveness: async () => ({ status: 404, code: ' +
        '"task_not_found", title: "", detail: "", headers: {} }) } satisfies Handlers',
      /404/,
    ],
    [
      'another type of member',
      'export const handlers = { ...real, getLiveness: async () => ({ status: 200, body: { ' +
        'status: "fine" } }) } satisfies Handlers',
      /fine/,
    ],
    [
      'a missing header',
      'export const handlers = { ...real, getTask: async () => ({ status: 304 }) } satisfies ' +
        'Handlers',
      /headers/,
    ],
  ])(
    '%s',
    (_, program, reason) => {
      expect(compile(program).join('\n')).toMatch(reason)
    },
    60_000,
  )
})

test('the parameters that are typed as always there are those with a default', () => {
  const parameters = contractOperations.flatMap((operation) => operation.parameters)
  const hasDefault = ({ schema }: ParameterObject) =>
    (schema.default ?? resolve<SchemaObject>(schema).default) !== undefined
  const [withDefault, without] = [true, false].map((wanted) => [
    ...new Set(parameters.flatMap((each) => (hasDefault(each) === wanted ? each.name : []))),
  ])
  expect(withDefault?.sort()).toEqual([...DEFAULTED].sort())
  expect(without?.filter((name) => withDefault?.includes(name))).toEqual([])
})
