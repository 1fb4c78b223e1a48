// A WeChat account that lives in a file: contacts, rooms and messages are what the test says, and everything that is
// said is written down before it counts as said.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { FileBox } from 'file-box'
import { PuppetMock } from 'wechaty-puppet-mock'

const contact = given => ({ avatar: '', friend: true, gender: 0, phone: [], type: 1, ...given })
const room = given => ({ adminIdList: [], avatar: '', memberIdList: [], aliases: {}, ...given })

export class Account extends PuppetMock {
  constructor (folder) {
    super()
    this.folder = folder
    this.world = JSON.parse(fs.readFileSync(path.join(folder, 'world.json'), 'utf8'))
    this.messages = new Map()
    this.files = new Map()
    this.friendships = new Map()
    this.invitations = new Map()
    this.failing = new Map() // method: { left, error }
    this.muted = new Set() // methods that are carried out and never answered
    this.calls = new Map()
    this.count = 0
    this.echoes = true
  }

  async onStart () {
    if (!this.isLoggedIn && !this.world.loggedOut) this.login(this.world.self)
  }

  async onStop () {}

  ding (data) { this.emit('dong', { data: data || '' }) }

  called (name) {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1)
    const fault = this.failing.get(name)
    if (!fault || fault.left <= 0) return
    fault.left -= 1
    throw new Error(fault.error)
  }

  note (method, to, what) {
    this.called(method)
    if (!this.isLoggedIn) throw new Error('not logged in')
    const id = `own-${process.pid}-${++this.count}`
    fs.appendFileSync(path.join(this.folder, 'sent.jsonl'), JSON.stringify({ id, method, to, ...what }) + '\n')
    return id
  }

  said (method, to, what) {
    const id = this.note(method, to, what)
    const type = { text: 7, file: 6, // a picture
      url: 14, miniProgram: 9, contact: 3 }[method]
    if (this.echoes) this.hear({ id, talkerId: this.currentUserId, to, type, text: what.text ?? '' })
    return id
  }

  hear (given) {
    const { to, ...payload } = { timestamp: Date.now(), type: 7, text: '', ...given }
    payload.id ??= `msg-${process.pid}-${++this.count}`
    if (this.world.rooms.some(one => one.id === to)) payload.roomId = to
    else payload.listenerId ??= to ?? this.currentUserId
    this.messages.set(payload.id, payload)
    if (this.messages.size > 5_000) this.messages.delete(this.messages.keys().next().value)
    this.emit('message', { messageId: payload.id })
    return payload.id
  }

  async messageRawPayload (id) {
    this.called('messagePayload')
    const payload = this.messages.get(id)
    if (!payload) throw new Error(`no such message ${id}`)
    return payload
  }

  async contactRawPayload (id) {
    this.called('contactPayload')
    const found = this.world.contacts.find(one => one.id === id)
    if (!found) throw new Error(`no such contact ${id}`)
    return contact(found)
  }

  async roomRawPayload (id) {
    this.called('roomPayload')
    const found = this.world.rooms.find(one => one.id === id)
    if (!found) throw new Error(`no such room ${id}`)
    return room(found)
  }

  async roomMemberRawPayload (id, who) {
    this.called('roomMemberPayload')
    const { aliases, memberIdList } = await this.roomRawPayload(id)
    if (!memberIdList.includes(who)) throw new Error(`${who} is not in ${id}`)
    const { avatar, name } = await this.contactRawPayload(who)
    return { avatar, id: who, name, roomAlias: aliases[who] ?? '' }
  }

  async contactList () { return this.world.contacts.map(one => one.id) }
  async roomList () { return this.world.rooms.map(one => one.id) }
  async roomMemberList (id) { return (await this.roomRawPayload(id)).memberIdList }

  async messageSendText (to, text, mentions) {
    const id = this.said('text', to, { text, mentions })
    return this.muted.has('text') ? new Promise(() => {}) : id
  }

  async messageSendUrl (to, url) { return this.said('url', to, { url }) }
  async messageSendMiniProgram (to, miniProgram) { return this.said('miniProgram', to, { miniProgram }) }
  async messageSendContact (to, contact) { return this.said('contact', to, { contact }) }

  async messageSendFile (to, file) {
    const bytes = await file.toBuffer()
    const sha256 = crypto.createHash('sha256').update(bytes).digest('hex')
    return this.said('file', to, { name: file.name, bytes: bytes.length, sha256 })
  }

  async messageRecall (id) { this.note('recall', '', { message: id }); return true }
  async messageImage (id) { return this.file('messageImage', id) }
  async messageFile (id) { return this.file('messageFile', id) }
  async messageUrl (id) { return this.files.get(id) }
  async messageMiniProgram (id) { return this.files.get(id) }
  async messageContact (id) { return this.files.get(id) }

  file (method, id) {
    this.called(method)
    const { name, base64, url } = this.files.get(id)
    return url ? FileBox.fromUrl(url, { name }) : FileBox.fromBase64(base64, name)
  }

  async contactAlias (id, alias) { return this.getOrSet('contactAlias', id, alias) }
  async roomTopic (id, topic) { return this.getOrSet('roomTopic', id, topic) }
  async roomAnnounce (id, text) { return this.getOrSet('roomAnnounce', id, text) }
  async roomAdd (id, who) { this.note('roomAdd', id, { who }) }
  async roomDel (id, who) { this.note('roomDel', id, { who }) }

  getOrSet (method, id, value) {
    const kept = (this.world.values ??= {})[method] ??= {}
    if (value === undefined) return kept[id] ?? ''
    this.note(method, id, { value })
    kept[id] = value
  }

  async friendshipRawPayload (id) { return this.friendships.get(id) }
  async friendshipAccept (id) { this.note('friendshipAccept', id, {}) }
  async roomInvitationRawPayload (id) { return this.invitations.get(id) }
  async roomInvitationAccept (id) { this.note('roomInvitationAccept', id, {}) }
}
