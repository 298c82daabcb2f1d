import type { Caller, Handlers } from '../../contract/handlers.ts'
import type { Database } from '../../database/database.ts'
import { problem } from '../../problems.ts'
import type { Identity } from '../identity.ts'
import { SIGNED_OUT } from '../operations.ts'
import { passwordErrors } from '../password-rules.ts'
import {
  deleteOtherSessions,
  deleteSessionById,
  deleteUser,
  replaceHash,
  selectPasswordHash,
  selectSessions,
  updateUser,
} from './store.ts'

type AccountOperation =
  | 'listSessions'
  | 'revokeSession'
  | 'revokeOtherSessions'
  | 'changePassword'
  | 'updateProfile'
  | 'deleteAccount'

export function accountOperations(
  identity: Identity,
  database: Database,
): Pick<Handlers, AccountOperation> {
  /** The hash of the caller's password, if the given password is correct. */
  async function provenHash(
    caller: Caller,
    password: string,
  ): Promise<{ hash: string | undefined; email: string } | undefined> {
    const found = await selectPasswordHash(database, caller)
    if (!found) return undefined
    const hash = found.hash ?? undefined
    const { verify } = (await identity.$context).password
    return {
      email: found.email,
      hash: hash !== undefined && (await verify({ hash, password })) ? hash : undefined,
    }
  }

  return {
    async listSessions(_, caller) {
      const items = await selectSessions(database, caller)
      return items ? { status: 200, body: { items } } : problem('session_ended')
    },

    async revokeSession({ path }, caller) {
      const was = await deleteSessionById(database, caller, path.session_id)
      if (was === undefined) return problem('session_ended')
      return was ? { status: 204 } : problem('session_not_found')
    },

    async revokeOtherSessions(_, caller) {
      const ended = await deleteOtherSessions(database, caller)
      return ended === undefined ? problem('session_ended') : { status: 200, body: { ended } }
    },

    async changePassword({ body }, caller) {
      const proven = await provenHash(caller, body.current_password)
      if (!proven) return problem('session_ended')
      const errors = await passwordErrors('/new_password', body.new_password, proven.email)
      if (errors.length > 0) return problem('invalid_body', { errors })
      const { hash } = (await identity.$context).password
      const [old, next] = [proven.hash, await hash(body.new_password)]
      // Two statements: a concurrent sign-in checks the hash again, so the second statement sees
      // and ends all other sessions.
      const replaced =
        old !== undefined &&
        (await database.transaction(caller.userId, async (statements) => {
          const done = await replaceHash(statements, caller, old, next)
          if (done) await deleteOtherSessions(statements, caller)
          return done
        }))
      if (replaced === undefined) return problem('session_ended')
      return replaced ? { status: 204 } : notThePassword('/current_password')
    },

    async updateProfile({ body }, caller) {
      const user = await updateUser(database, caller, body)
      return user ? { status: 200, body: user } : problem('session_ended')
    },

    async deleteAccount({ body }, caller) {
      const proven = await provenHash(caller, body.password)
      if (!proven) return problem('session_ended')
      const { hash } = proven
      const deleted =
        hash !== undefined &&
        (await database.transaction(caller.userId, (statements) =>
          deleteUser(statements, caller, hash),
        ))
      if (deleted === undefined) return problem('session_ended')
      return deleted ? { status: 204, headers: SIGNED_OUT } : notThePassword('/password')
    },
  }
}

function notThePassword(pointer: string) {
  return problem('invalid_body', {
    errors: [
      { in: 'body', pointer, code: 'invalid', detail: 'Is not the password of this account.' },
    ],
  })
}
