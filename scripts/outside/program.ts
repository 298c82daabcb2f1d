import { execFileSync, spawn, spawnSync } from 'node:child_process'

/** Whether this works here: the program is there and ends with 0. */
export function works(program: string, ...words: string[]): boolean {
  return spawnSync(program, words, { stdio: 'ignore' }).status === 0
}

/** Installs Debian packages where the machine lets us; says what is missing where it does not. */
export function install(...packages: string[]): void {
  if (process.getuid?.() !== 0 || !works('apt-get', '--version'))
    throw new Error(`This check needs ${packages.join(' and ')}: install it, then run it again`)
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/** What a program prints that ends well, while this process goes on answering. */
export function run(
  program: string,
  words: string[],
  environment: Record<string, string | undefined> = {},
  input = '',
  cwd = process.cwd(),
): Promise<string> {
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  let [printed, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) =>
      code === 0
        ? done(printed)
        : fail(new Error(`${program} ended with ${code}:\n${printed}\n${errors}`)),
    )
  })
}
