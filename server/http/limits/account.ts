import type { RequestHandler } from 'express'
import { userOf } from './client.ts'

/** Names accounts and devices without telling their e-mail. */
export interface AccountNames {
  accountOf(emailOrUserId: string): string
  deviceOf(
    credential: { token?: string | undefined; cookies?: string | undefined },
    account: string,
  ): string | undefined
}

interface Credentials {
  email?: string
  device_token?: string
}

/**
 * Notes the account whose password is asked for, and whether the device has signed in to it before:
 * for the limits and the log.
 */
export function noteAccount({ accountOf, deviceOf }: AccountNames): RequestHandler {
  return (request, response, next) => {
    const { operation } = response.locals
    if (operation?.asksPassword) {
      // A token sent with a sign-in says nothing about the account that the sign-in is for.
      const user = operation.needsCaller ? userOf(response) : undefined
      const { email, device_token: token }: Credentials = request.body
      const account = accountOf(user ?? String(email))
      response.locals.account = account
      const device = deviceOf({ token, cookies: request.headers.cookie }, account)
      if (device !== undefined) response.locals.device = device
    }
    next()
  }
}
