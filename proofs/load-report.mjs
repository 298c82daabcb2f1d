// Loaded beside the server (`node --expose-gc --import`): on each SIGUSR2 it prints the longest
// delay of the event loop and the CPU time since the last report, both in milliseconds, and the
// bytes in use after a collection, which is not counted itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let cpu = process.cpuUsage()
let report = 0
process.on('SIGUSR2', () => {
  report += 1
  const { user, system } = process.cpuUsage(cpu)
  const spent = { delay_ms: delay.max / 1e6, cpu_ms: (user + system) / 1e3 }
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ report, ...spent, in_use: heapUsed + external })}\n`)
  cpu = process.cpuUsage()
  delay.reset()
})
