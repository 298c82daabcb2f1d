import { type Fragment, sql } from '../database/sql.ts'
import {
  bound,
  bytesOf,
  columnOf,
  columnsOf,
  derivedOf,
  type Field,
  list,
  memberOf,
  nameOf,
  outputOf,
  patched,
} from './field.ts'
import type { Rules } from './rule-violation.ts'

/** Values of columns, by name, that a statement computes from what is stored. */
export type Computed = Record<string, Fragment>

/**
 * A kind of resource. Create, patch, comparison, responses, import and export derive from its
 * fields: a new field is one line in the table of its noun.
 */
export interface Resource<Content extends object = never> {
  /** Its name in the change feed and in problem codes. */
  type: string
  /** The name of its table. */
  name: string
  table: Fragment
  /** The columns that are stored; the others are generated from them. */
  columns: Fragment
  /** A row as the contract has it. */
  output: Fragment
  /** The members of `output`, in its order. */
  members: readonly string[]
  /** The same for a response that is kept as JSON, where a time is a text. */
  json: Fragment
  /** The members by which a resource is the same as another, which it has when created. */
  content: readonly string[]
  /** The columns that a patch may change. */
  changeable: readonly string[]
  /** What the members of a row are computed from that has a column of another name; see `since`. */
  derived: Fragment
  /** The bytes of a row that count, by the name of the row. */
  bytesOf(row: string): Fragment
  /** The columns of `content`, of a request that creates a resource, and what is computed. */
  draftOf(content: Content, computed: Computed): Fragment
  /**
   * The columns of `changeable` after a merge patch (RFC 7396) of a row. The text is the same for
   * every patch with the same computed columns, so that one prepared statement serves all.
   */
  patchOf(change: Partial<Content>, computed: Computed): Fragment
  /** The names of the computed columns that are no fields. */
  columnsBeside(computed: Computed): string[]
  /** For `insert into`: the columns of `changeable`, and their values from a draft. */
  inserted: { columns: Fragment; values: (since: (member: Fragment) => Fragment) => Fragment }
  /** Whether what is in the trash can be purged, where some of it `stays`; absent: always. */
  isPurgeable?: (stays: (table: string) => Fragment) => Fragment
  /** The columns of the resources that it is under; see `placed_version` in the migrations. */
  placedBy: readonly string[]
  /** What is in the trash in the order in which it is purged. */
  trashOrder: Fragment
  /** The rules that only the stored resources show a body to violate. */
  rules: Rules
}

/** What the change feed reads of a kind. */
export type InFeed = Pick<Resource, 'type' | 'name' | 'table' | 'json'>

export interface ResourceDefinition<Content> {
  type: string
  table: string
  fields: readonly Field<keyof Content & string>[]
  /** Texts, and arrays of texts, whose bytes count. */
  counted: readonly (keyof Content & string)[]
  placedBy?: readonly (keyof Content & string)[]
  /** Columns that the server keeps up to date, and the members that are made of them. */
  kept?: { columns: readonly string[]; members: Record<string, Fragment> }
  /** The column with the level below others of the kind: the lowest are purged first. */
  level?: string
  isPurgeable?: (stays: (table: string) => Fragment) => Fragment
  rules: Rules
}

/** The columns of every resource that the kit writes. */
const GENERATED = ['position', 'trashed_at', 'created_at', 'updated_at']
const TIMES = ['trashed_at', 'created_at', 'updated_at']

/** Puts together what all statements of a resource are made of; once, because it takes long. */
export function defineResource<Content extends object>({
  type,
  table,
  fields,
  counted,
  placedBy = [],
  kept,
  level,
  isPurgeable,
  rules,
}: ResourceDefinition<Content>): Resource<Content> {
  const content: readonly string[] = fields.map(({ name }) => name)
  const changeable = fields.map(columnOf)
  const members = (time: (name: string) => Fragment) =>
    list([
      ...['id', 'user_id'].map(nameOf),
      ...fields.flatMap((field) => outputOf(field, time)),
      ...Object.entries(kept?.members ?? {}).map(
        ([name, member]) => sql.fragment`${member} as ${nameOf(name)}`,
      ),
      ...GENERATED.map((name) => (TIMES.includes(name) ? time(name) : nameOf(name))),
      sql.fragment`'"' || version || '"' as etag`,
    ])
  return {
    type,
    name: table,
    table: nameOf(table),
    columns: columnsOf(table, [
      ...['user_id', 'id', 'version'],
      ...changeable,
      ...(kept?.columns ?? []),
      ...GENERATED,
    ]),
    output: members(nameOf),
    members: [
      ...['id', 'user_id'],
      ...fields.flatMap(({ name, since }) => (since ? [name, since] : [name])),
      ...Object.keys(kept?.members ?? {}),
      ...[...GENERATED, 'etag'],
    ],
    json: members((name) => sql.fragment`utc_text(${nameOf(name)}) as ${nameOf(name)}`),
    content,
    changeable,
    derived: derivedOf(fields),
    bytesOf: (row) => bytesOf(fields, counted, row),
    draftOf: (sent, computed) =>
      withComputed(
        fields,
        computed,
        (field) => sql.fragment`${bound(field, memberOf(sent, field))} as ${nameOf(field.name)}`,
      ),
    patchOf: (sent, computed) =>
      withComputed(fields, computed, (field) => patched(field, memberOf(sent, field))),
    columnsBeside: (computed) => Object.keys(computed).filter((name) => !content.includes(name)),
    inserted: {
      columns: list(changeable.map(nameOf)),
      values: (since) =>
        list(fields.map((field) => (field.since ? since(nameOf(field.name)) : nameOf(field.name)))),
    },
    placedBy,
    trashOrder: level
      ? sql.fragment`trashed_at, ${nameOf(level)} desc, id`
      : sql.fragment`trashed_at, id`,
    ...(isPurgeable ? { isPurgeable } : {}),
    rules,
  }
}

function withComputed(
  fields: readonly Field[],
  computed: Computed,
  columnFrom: (field: Field) => Fragment,
): Fragment {
  return list([
    ...fields.filter(({ name }) => !(name in computed)).map(columnFrom),
    ...Object.entries(computed).map(([name, value]) => sql.fragment`${value} as ${nameOf(name)}`),
  ])
}
