// Loaded beside the server (`node --expose-gc --import`): on each SIGUSR2 it prints the bytes that
// are still in use after a collection.
let report = 0
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  report += 1
  process.stdout.write(`${JSON.stringify({ report, in_use: heapUsed + external })}\n`)
})
