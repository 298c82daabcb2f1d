import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { newPerson, send } from '../../server/testing/person.ts'
import { startProcess } from '../../server/testing/process.ts'

/** A disk of its own. */
function smallDisk(): string {
  const disk = mkdtempSync(join(tmpdir(), 'docket-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', disk])
  onTestFinished(() => {
    execFileSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })
  return disk
}

const freeBytes = (disk: string) => {
  const { bavail, bsize } = statfsSync(disk)
  return bavail * bsize
}

test('embedded, a full disk: nothing acknowledged is lost, exit code 0', async () => {
  const disk = smallDisk()
  const server = await startProcess({ DATA_DIR: join(disk, 'data') })
  const ada = await newPerson(server.url)
  const kept = [await ada.addTask({ title: 'before' })]
  const filler = join(disk, 'filler')
  writeFileSync(filler, Buffer.alloc(freeBytes(disk) - 20_000_000))

  const create = () =>
    ada.send<{ id: string }>(ada.tasks, {
      method: 'POST',
      json: { title: 'x', description: 'y'.repeat(900) },
    })
  await expect
    .poll(async () => (await create()).status, { timeout: 20_000, interval: 200 })
    .toBe(503)
  expect((await ada.send(ada.tasks)).status).toBe(200)
  expect((await ada.send(`${ada.tasks}/${kept[0]?.id}`, { method: 'DELETE' })).status).toBe(204)

  rmSync(filler)
  await expect
    .poll(async () => (await create()).status, { timeout: 20_000, interval: 200 })
    .toBe(201)
  expect(await server.end('SIGTERM')).toBe(0)
})

test('embedded database, a full disk: nothing acknowledged is lost; it ends with 0', async () => {
  const disk = smallDisk()
  const server = await startProcess({ DATA_DIR: join(disk, 'data') })
  const ada = await newPerson(server.url)
  const filler = join(disk, 'filler')
  const acknowledged: string[] = []
  const create = async () => {
    const { status, body } = await ada.send<{ id: string }>(ada.tasks, {
      method: 'POST',
      json: { title: 'x', description: crypto.randomUUID().repeat(25) },
    })
    if (status === 201) acknowledged.push(body.id)
    return status
  }
  expect(await create()).toBe(201)
  // All at once, faster than the server looks at the disk.
  const writing = Promise.all(Array.from({ length: 200 }, create))
  writeFileSync(filler, Buffer.alloc(freeBytes(disk)))
  for (const status of await writing) expect([201, 503]).toContain(status)

  rmSync(filler)
  await expect.poll(create, { timeout: 60_000, interval: 500 }).toBe(201)
  expect(await server.end('SIGTERM')).toBe(0)
  const again = await startProcess({ DATA_DIR: join(disk, 'data') })
  const headers = { authorization: `Bearer ${ada.token}` }
  for (const id of acknowledged)
    expect((await send(`${again.url}${ada.tasks}/${id}`, { headers })).status).toBe(200)
}, 240_000)

test('embedded database, a full disk that stays full: SIGTERM still ends the server', async () => {
  const disk = smallDisk()
  const server = await startProcess({ DATA_DIR: join(disk, 'data') })
  const ada = await newPerson(server.url)
  writeFileSync(join(disk, 'filler'), Buffer.alloc(freeBytes(disk)))
  await Promise.all(
    Array.from({ length: 50 }, () =>
      ada.send(ada.tasks, { method: 'POST', json: { title: 'x', description: 'y'.repeat(900) } }),
    ),
  )
  expect(await server.end('SIGTERM')).toBe(0)
})
