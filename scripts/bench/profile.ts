// npm run bench -- profile: where the time of a request goes, here, in the bare server of the bench
// and in Fastify, by whose code asked for it. Prints microseconds a request.
import { Console } from 'node:console'
import { once } from 'node:events'
import { freePort } from '../../server/testing/network/free-port.ts'
import { CONNECTIONS, closedLoop } from './load.ts'
import { docket, NODE, openServers, peerSettings, settings } from './servers.ts'
import { newUser, WORK } from './user.ts'

/** Seconds of one measurement. */
const SECONDS = 8
/** Microseconds between two looks at the stack. */
const INTERVAL = 200

const ROOT = new URL('../..', import.meta.url).href

/** What the DevTools protocol calls a Profile. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[]
  samples: number[]
  timeDeltas: number[]
}

const servers = await openServers('docket_profile')
try {
  const ports = { docket: await freePort(), bare: await freePort(), fastify: await freePort() }
  const seen = (server: keyof typeof ports) => `--inspect=127.0.0.1:${ports[server]}`
  const ours = await servers.start(docket(seen('docket')), settings)
  const { sessionId, works } = await newUser(ours.url)
  const bare = await servers.start(
    [NODE, seen('bare'), 'scripts/bench/peers/bare.ts'],
    peerSettings(sessionId),
  )
  const fastify = await servers.start(
    [NODE, seen('fastify'), 'scripts/bench/peers/fastify.ts'],
    peerSettings(sessionId),
  )

  for (const work of WORK) {
    const costs: Record<string, Map<string, number>> = {}
    for (const [server, { url }] of Object.entries({ docket: ours, bare, fastify })) {
      await closedLoop(url, works[work], CONNECTIONS, SECONDS / 4)
      const { total, profile } = await profiled(ports[server as keyof typeof ports], () =>
        closedLoop(url, works[work], CONNECTIONS, SECONDS),
      )
      costs[server] = new Map(
        [...timeByOwner(profile)].map(([owner, time]) => [
          owner,
          Math.round((time / total) * 10) / 10,
        ]),
      )
    }
    const owners = [...new Set(Object.values(costs).flatMap((cost) => [...cost.keys()]))]
    const rows = owners.map((owner) =>
      Object.fromEntries([
        [work, owner],
        ...Object.keys(costs).map((server) => [server, costs[server]?.get(owner) ?? 0]),
      ]),
    )
    new Console(process.stdout).table(
      rows
        .filter((row) => Object.keys(costs).some((server) => row[server] >= 1))
        .sort((a, b) => b.docket - a.docket),
    )
  }
} finally {
  await servers.close()
}

/**
 * Has V8 look at the stack while something is done
 * (https://chromedevtools.github.io/devtools-protocol/v8/Profiler/).
 */
async function profiled<T>(
  port: number,
  work: () => Promise<T>,
): Promise<T & { profile: Profile }> {
  const [{ webSocketDebuggerUrl }] = (await (
    await fetch(`http://127.0.0.1:${port}/json/list`)
  ).json()) as [{ webSocketDebuggerUrl: string }]
  const socket = new WebSocket(webSocketDebuggerUrl)
  await once(socket, 'open')
  let id = 0
  const call = async (method: string, params = {}) => {
    socket.send(JSON.stringify({ id: ++id, method, params }))
    for (;;) {
      const [{ data }] = (await once(socket, 'message')) as [{ data: string }]
      const response = JSON.parse(data) as { id?: number; result: { profile: Profile } }
      if (response.id === id) return response.result
    }
  }
  try {
    await call('Profiler.enable')
    await call('Profiler.setSamplingInterval', { interval: INTERVAL })
    await call('Profiler.start')
    const done = await work()
    const { profile } = await call('Profiler.stop')
    return { ...done, profile }
  } finally {
    // While the inspector is connected, the process does not end.
    socket.close()
  }
}

/** Microseconds, by the nearest code on the stack that is not Node's own. */
function timeByOwner({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const owners = new Map<number, string>()
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const note = (id: number, above: string) => {
    const { callFrame, children = [] } = byId.get(id) as Profile['nodes'][number]
    const owner = ownerOf(callFrame) ?? above
    owners.set(id, owner)
    for (const child of children) note(child, owner)
  }
  note((nodes[0] as Profile['nodes'][number]).id, 'Node itself')
  const times = new Map<string, number>()
  for (const [index, sample] of samples.entries()) {
    const owner = owners.get(sample) as string
    times.set(owner, (times.get(owner) ?? 0) + (timeDeltas[index] as number))
  }
  times.delete('(idle)')
  return times
}

function ownerOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (['(garbage collector)', '(program)', '(idle)'].includes(functionName)) return functionName
  const [, library] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  const [, own] =
    /^(server(?:\/\w+(?=\/))?|scripts\/bench\/peers)\//.exec(url.replace(ROOT, '')) ?? []
  return library ?? own
}
