export { type ClientOptions, createClient, type Docket } from './client.ts'
export type * from './contract.gen.ts'
export { type SessionTokensOptions, sessionTokens, type TokenSource } from './tokens.ts'
