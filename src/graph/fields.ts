import type { Platform } from '../contract/platform.ts';

/** The most messages of a conversation that Graph shows, newest first; older ones are counted and listed by id alone. */
export const READABLE_MESSAGES: Record<Platform, number> = { messenger: Infinity, instagram: 20 };

/** Always named: Graph's default fields differ between platforms and versions. */
export const MESSAGE_FIELDS =
  'id,created_time,from,to,message,sticker,tags,attachments{id,mime_type,name,size,image_data,video_data,file_url,generic_template},shares{id,name,description,link,template},reactions,story,is_unsupported';
export const CONVERSATION_FIELDS = 'id,updated_time,message_count,unread_count,participants,senders';

/** A conversation with so many of its newest messages. */
export function conversationFields(messages: number): string {
  return messages > 0
    ? `${CONVERSATION_FIELDS},messages.limit(${messages}){${MESSAGE_FIELDS}}`
    : CONVERSATION_FIELDS;
}
