/** Made from the contract by `npm run generate`. */
import type { Arguments, Output, Result } from './operation-types.ts'

export interface Calls {
  /**
   * List tasks: `GET /api/{user_id}/tasks`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.listTasks({ completed: false, label: ['home'], sort: 'due', limit: 50 }))
   */
  listTasks(...parameters: Arguments<'listTasks'>): Promise<Output<'listTasks'>>
  /**
   * Create a task: `POST /api/{user_id}/tasks`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.createTask({ body: { title: 'Pay the rent' } }))
   */
  createTask(...parameters: Arguments<'createTask'>): Promise<Output<'createTask'>>
  /**
   * Read one task: `GET /api/{user_id}/tasks/{task_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getTask({ task }))
   */
  getTask(...parameters: Arguments<'getTask'>): Promise<Output<'getTask'>>
  /**
   * Change a task: `PATCH /api/{user_id}/tasks/{task_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.updateTask({ task, body: { title: 'Pay the rent and the parking' } }))
   */
  updateTask(...parameters: Arguments<'updateTask'>): Promise<Output<'updateTask'>>
  /**
   * Move a task to the trash: `DELETE /api/{user_id}/tasks/{task_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * await docket.deleteTask({ task })
   */
  deleteTask(...parameters: Arguments<'deleteTask'>): Promise<Output<'deleteTask'>>
  /**
   * Complete or reopen a task: `PATCH /api/{user_id}/tasks/{task_id}/complete`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.toggleTaskCompletion({ task, body: { completed: true } }))
   */
  toggleTaskCompletion(...parameters: Arguments<'toggleTaskCompletion'>): Promise<Output<'toggleTaskCompletion'>>
  /**
   * Skip a date of a task that recurs: `POST /api/{user_id}/tasks/{task_id}/skip`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.skipTask({ task, body: { skipped_on: '2026-12-01' } }))
   */
  skipTask(...parameters: Arguments<'skipTask'>): Promise<Output<'skipTask'>>
  /**
   * Move a task in the manual order: `POST /api/{user_id}/tasks/{task_id}/move`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.moveTask({ task, body: { to: 'top' } }))
   */
  moveTask(...parameters: Arguments<'moveTask'>): Promise<Output<'moveTask'>>
  /**
   * Restore a task from the trash: `POST /api/{user_id}/tasks/{task_id}/restore`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.restoreTask({ task: task.id }))
   */
  restoreTask(...parameters: Arguments<'restoreTask'>): Promise<Output<'restoreTask'>>
  /**
   * List lists: `GET /api/{user_id}/lists`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.listLists({ limit: 50 }))
   */
  listLists(...parameters: Arguments<'listLists'>): Promise<Output<'listLists'>>
  /**
   * Create a list: `POST /api/{user_id}/lists`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.createList({ body: { name: 'Home' } }))
   */
  createList(...parameters: Arguments<'createList'>): Promise<Output<'createList'>>
  /**
   * Read one list: `GET /api/{user_id}/lists/{list_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getList({ list }))
   */
  getList(...parameters: Arguments<'getList'>): Promise<Output<'getList'>>
  /**
   * Change a list: `PATCH /api/{user_id}/lists/{list_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.updateList({ list, body: { name: 'House and garden' } }))
   */
  updateList(...parameters: Arguments<'updateList'>): Promise<Output<'updateList'>>
  /**
   * Move a list to the trash: `DELETE /api/{user_id}/lists/{list_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * await docket.deleteList({ list })
   */
  deleteList(...parameters: Arguments<'deleteList'>): Promise<Output<'deleteList'>>
  /**
   * Move a list in the manual order: `POST /api/{user_id}/lists/{list_id}/move`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.moveList({ list, body: { to: 'top' } }))
   */
  moveList(...parameters: Arguments<'moveList'>): Promise<Output<'moveList'>>
  /**
   * Restore a list from the trash: `POST /api/{user_id}/lists/{list_id}/restore`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.restoreList({ list: list.id }))
   */
  restoreList(...parameters: Arguments<'restoreList'>): Promise<Output<'restoreList'>>
  /**
   * List labels: `GET /api/{user_id}/labels`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.listLabels({ limit: 50 }))
   */
  listLabels(...parameters: Arguments<'listLabels'>): Promise<Output<'listLabels'>>
  /**
   * Rename or recolor a label: `PATCH /api/{user_id}/labels/{name}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.updateLabel({ name: 'home', body: { name: 'household' } }))
   */
  updateLabel(...parameters: Arguments<'updateLabel'>): Promise<Output<'updateLabel'>>
  /**
   * Delete a label: `DELETE /api/{user_id}/labels/{name}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.deleteLabel({ name: 'home' }))
   */
  deleteLabel(...parameters: Arguments<'deleteLabel'>): Promise<Output<'deleteLabel'>>
  /**
   * Empty the trash: `DELETE /api/{user_id}/trash`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.emptyTrash())
   */
  emptyTrash(...parameters: Arguments<'emptyTrash'>): Promise<Output<'emptyTrash'>>
  /**
   * Perform several operations: `POST /api/{user_id}/operations`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.applyOperations({ body: {
   *   operations: [
   *     {
   *       action: 'create_task',
   *       value: { title: 'Water the plants' },
   *     },
   *   ],
   * } }))
   */
  applyOperations(...parameters: Arguments<'applyOperations'>): Promise<Output<'applyOperations'>>
  /**
   * List changes: `GET /api/{user_id}/changes`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.listChanges({ limit: 50 }))
   */
  listChanges(...parameters: Arguments<'listChanges'>): Promise<Output<'listChanges'>>
  /**
   * Count tasks: `GET /api/{user_id}/task-counts`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getTaskCounts())
   */
  getTaskCounts(...parameters: Arguments<'getTaskCounts'>): Promise<Output<'getTaskCounts'>>
  /**
   * Preview a recurrence: `GET /api/{user_id}/recurrence-preview`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.previewRecurrence({ rule: 'FREQ=WEEKLY;BYDAY=MO', from_date: '2026-12-01' }))
   */
  previewRecurrence(...parameters: Arguments<'previewRecurrence'>): Promise<Output<'previewRecurrence'>>
  /**
   * Export tasks as JSON: `GET /api/{user_id}/task-export.json`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.exportTasks())
   */
  exportTasks(...parameters: Arguments<'exportTasks'>): Promise<Output<'exportTasks'>>
  /**
   * Export tasks as CSV: `GET /api/{user_id}/task-export.csv`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.exportTasksCsv())
   */
  exportTasksCsv(...parameters: Arguments<'exportTasksCsv'>): Promise<Output<'exportTasksCsv'>>
  /**
   * Export tasks as iCalendar: `GET /api/{user_id}/task-export.ics`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.exportTasksICalendar())
   */
  exportTasksICalendar(...parameters: Arguments<'exportTasksICalendar'>): Promise<Output<'exportTasksICalendar'>>
  /**
   * Import tasks: `POST /api/{user_id}/task-import`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.importTasks({ body: {
   *   items: [
   *     { title: 'Pay the rent' },
   *     { title: 'Water the plants', completed: true },
   *   ],
   * } }))
   */
  importTasks(...parameters: Arguments<'importTasks'>): Promise<Output<'importTasks'>>
  /**
   * List sessions: `GET /api/{user_id}/sessions`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.listSessions())
   */
  listSessions(...parameters: Arguments<'listSessions'>): Promise<Output<'listSessions'>>
  /**
   * Sign out everywhere else: `DELETE /api/{user_id}/sessions`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.revokeOtherSessions())
   */
  revokeOtherSessions(...parameters: Arguments<'revokeOtherSessions'>): Promise<Output<'revokeOtherSessions'>>
  /**
   * End a session: `DELETE /api/{user_id}/sessions/{session_id}`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * await docket.revokeSession({ session })
   */
  revokeSession(...parameters: Arguments<'revokeSession'>): Promise<Output<'revokeSession'>>
  /**
   * Change the password: `POST /api/{user_id}/password`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * await docket.changePassword({ body: {
   *   current_password: 'correct horse battery',
   *   new_password: 'staple and another horse',
   * } })
   */
  changePassword(...parameters: Arguments<'changePassword'>): Promise<Output<'changePassword'>>
  /**
   * Change the profile: `PATCH /api/{user_id}/profile`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.updateProfile({ body: { name: 'Ada Lovelace' } }))
   */
  updateProfile(...parameters: Arguments<'updateProfile'>): Promise<Output<'updateProfile'>>
  /**
   * Export all data of the user: `GET /api/{user_id}/my-data`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.exportMyData())
   */
  exportMyData(...parameters: Arguments<'exportMyData'>): Promise<Output<'exportMyData'>>
  /**
   * Delete the account: `POST /api/{user_id}/account-deletion`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * await docket.deleteAccount({ body: { password: 'correct horse battery' } })
   */
  deleteAccount(...parameters: Arguments<'deleteAccount'>): Promise<Output<'deleteAccount'>>
  /**
   * Create an account from a program: `POST /api/auth/signup`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.signup({ body: {
   *   email: 'ada@example.org',
   *   password: 'correct horse battery',
   *   name: 'Ada',
   * } }))
   */
  signup(...parameters: Arguments<'signup'>): Promise<Output<'signup'>>
  /**
   * Sign in from a program: `POST /api/auth/login`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.login({ body: {
   *   email: 'ada@example.org',
   *   password: 'correct horse battery',
   * } }))
   */
  login(...parameters: Arguments<'login'>): Promise<Output<'login'>>
  /**
   * End the session of a token: `POST /api/auth/logout`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.logout())
   */
  logout(...parameters: Arguments<'logout'>): Promise<Output<'logout'>>
  /**
   * Get the user of a token: `GET /api/auth/verify`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.verify())
   */
  verify(...parameters: Arguments<'verify'>): Promise<Output<'verify'>>
  /**
   * Get an access token for a session: `GET /api/auth/token`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getToken())
   */
  getToken(...parameters: Arguments<'getToken'>): Promise<Output<'getToken'>>
  /**
   * Create an account from a browser: `POST /api/auth/sign-up/email`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.signUpEmail({ body: {
   *   email: 'ada@example.org',
   *   password: 'correct horse battery',
   *   name: 'Ada',
   * } }))
   */
  signUpEmail(...parameters: Arguments<'signUpEmail'>): Promise<Output<'signUpEmail'>>
  /**
   * Sign in from a browser: `POST /api/auth/sign-in/email`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.signInEmail({ body: {
   *   email: 'ada@example.org',
   *   password: 'correct horse battery',
   * } }))
   */
  signInEmail(...parameters: Arguments<'signInEmail'>): Promise<Output<'signInEmail'>>
  /**
   * Sign the browser out: `POST /api/auth/sign-out`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.signOut({ body: {} }))
   */
  signOut(...parameters: Arguments<'signOut'>): Promise<Output<'signOut'>>
  /**
   * Get the current session: `GET /api/auth/get-session`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getSession())
   */
  getSession(...parameters: Arguments<'getSession'>): Promise<Output<'getSession'>>
  /**
   * Check that the process is alive: `GET /livez`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getLiveness())
   */
  getLiveness(...parameters: Arguments<'getLiveness'>): Promise<Output<'getLiveness'>>
  /**
   * Check that the server is ready: `GET /readyz`.
   *
   * @throws {DocketError} what the contract says that it refuses, as the error of its family
   * @example
   * console.log(await docket.getReadiness())
   */
  getReadiness(...parameters: Arguments<'getReadiness'>): Promise<Output<'getReadiness'>>
}

export type Results = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => Promise<Result<Output<Op>>> }
export type Raws = { [Op in keyof Calls]: (...parameters: Arguments<Op>) => Promise<Response> }
