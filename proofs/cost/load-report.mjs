// Loaded beside the server (`node --expose-gc --import`). On SIGUSR2 it prints the longest delay of
// the event loop and the CPU time since the last report, both in milliseconds; on SIGHUP also the
// bytes in use after a garbage collection, which is not measured itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let cpu = process.cpuUsage()
let report = 0
/** Buffers are given back only some turns after the collection that finds them. */
const COLLECTIONS = 5

const print = (memory = {}) => {
  report += 1
  const { user, system } = process.cpuUsage(cpu)
  const load = { report, delay_ms: delay.max / 1e6, cpu_ms: (user + system) / 1e3, ...memory }
  process.stdout.write(`${JSON.stringify(load)}\n`)
  cpu = process.cpuUsage()
  delay.reset()
}
process.on('SIGUSR2', () => print())
process.on('SIGHUP', async () => {
  for (let count = 0; count < COLLECTIONS; count += 1) {
    globalThis.gc()
    await wait(20)
  }
  const { heapUsed, external } = process.memoryUsage()
  print({ in_use: heapUsed + external })
})
