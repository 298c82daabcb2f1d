export { type ClientOptions, createClient, type Docket } from './client.ts'
export { sessionTokens, type SessionTokensOptions, type TokenSource } from './tokens.ts'
export type * from './contract.gen.ts'
