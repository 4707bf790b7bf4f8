"""A back end of an application with the library "pusher" of Python. It reads calls, a line of JSON each, and answers
each with a line. usage: back_end.py PORT APP-ID KEY SECRET MASTER-KEY"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'libraries'))
import pusher  # noqa: E402

port, app_id, key, secret, master_key = sys.argv[1:]
client = pusher.Pusher(app_id=app_id, key=key, secret=secret, host='127.0.0.1', port=int(port), ssl=False,
                       encryption_master_key_base64=master_key)


def unsupported(_):
    raise NotImplementedError


CALLS = {
    'trigger': lambda a: client.trigger(a['channels'], a['name'], a['data'], a.get('socketId')),
    'batch': lambda a: client.trigger_batch(a['events']),
    'channels': lambda a: client.channels_info(a['prefix'], ['user_count']),
    'channel': lambda a: client.channel_info(a['channel'], a['info']),
    'users': lambda a: client.users_info(a['channel']),
    'authorize': lambda a: client.authenticate(a['channel'], a['socketId'], a.get('member')),
    'authenticate': lambda a: client.authenticate_user(a['socketId'], a['user']),
    'sendToUser': lambda a: client.send_to_user(a['user'], a['name'], a['data']),
    'terminate': unsupported,  # the library sends it to a path without the app
    'webhook': lambda a: client.validate_webhook(a['key'], a['signature'], a['body']),
}

for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = {'result': CALLS[call['name']](call['arguments'])}
    except NotImplementedError:
        answer = {'error': 'unsupported'}
    except Exception as error:  # the test decides what it means
        answer = {'error': repr(error)}
    print(json.dumps(answer, default=bytes.decode), flush=True)  # the library has a secret as bytes
