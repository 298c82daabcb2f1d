/**
 * The database cannot be opened at start-up. Its message is one sentence for the person who starts
 * the server.
 */
export class CannotOpen extends Error {}
