// node gateway.mjs FOLDER PORT CONTROL_PORT TOKEN [CERTIFICATE KEY]
// The gateway is the real one (PuppetServer); the account behind it obeys the test, which speaks HTTP on CONTROL_PORT.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { PuppetServer } from 'wechaty-puppet-service'
import { Account } from './puppet.mjs'

const [folder, port, control, token, cert, key] = process.argv.slice(2)
process.env.TMPDIR = folder // the pictures that it keeps go with it, however it ends
const account = new Account(folder)
account.on('error', () => {}) // an error event without a listener would end the program

const acts = {
  hear: ({ messages }) => messages.map(one => account.hear(one)),
  burst: ({ count, talkers, rooms, text }) => {
    for (let n = 0; n < count; n++) {
      account.hear({ talkerId: talkers[n % talkers.length], to: rooms[n % rooms.length], text: `${text}${n}` })
    }
    return count
  },
  emit: ({ name, payload }) => account.emit(name, payload),
  file: ({ id, ...what }) => account.files.set(id, what),
  friendship: payload => { account.friendships.set(payload.id, payload); account.emit('friendship', { friendshipId: payload.id }) },
  invitation: payload => { account.invitations.set(payload.id, payload); account.emit('room-invite', { roomInvitationId: payload.id }) },
  world: async ({ dirty = [], ...part }) => {
    Object.assign(account.world, part)
    fs.writeFileSync(path.join(folder, 'world.json'), JSON.stringify(account.world))
    for (const [type, id] of dirty) await account.dirtyPayload(type, id)
  },
  fail: ({ method, times, error }) => account.failing.set(method, { left: times, error }),
  mute: ({ method }) => account.muted.add(method),
  echo: ({ on }) => { account.echoes = on },
  reset: world => {
    Object.assign(account, { world, failing: new Map(), muted: new Set(), echoes: true })
    account.cache.clear()
    fs.writeFileSync(path.join(folder, 'sent.jsonl'), '')
    if (account.isLoggedIn) account.emit('login', { contactId: world.self }) // the gateway forgets the last code
    else account.login(world.self)
  },
  login: () => account.login(account.world.self),
  logout: ({ reason }) => account.logout(reason),
  calls: () => Object.fromEntries(account.calls),
  memory: () => { global.gc?.(); return process.memoryUsage().rss }
}

const server = new PuppetServer({
  endpoint: `127.0.0.1:${port}`,
  puppet: account,
  token,
  tls: cert ? { serverCert: fs.readFileSync(cert, 'utf8'), serverKey: fs.readFileSync(key, 'utf8') } : { disable: true },
})
await server.start()
await account.start()

http.createServer(async (request, response) => {
  const body = []
  for await (const part of request) body.push(part)
  try {
    const answer = await acts[request.url.slice(1)](JSON.parse(Buffer.concat(body).toString() || '{}'))
    response.end(JSON.stringify(answer ?? null))
  } catch (fault) {
    response.writeHead(500).end(String(fault.stack))
  }
}).listen(Number(control), '127.0.0.1')
