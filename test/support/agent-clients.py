"""Asks the agent with the SDKs of OpenAI, Anthropic and Ollama, whole and streamed. Prints one JSON object."""

import json
import sys

import anthropic
import ollama
import openai

AGENT, MODEL, QUESTION = sys.argv[1], "llama3.2", "Calculate 5 + 3"
MESSAGES = [{"role": "user", "content": QUESTION}]

openai_client = openai.OpenAI(base_url=f"{AGENT}/v1", api_key="none")
anthropic_client = anthropic.Anthropic(base_url=AGENT, api_key="none")
ollama_client = ollama.Client(host=AGENT)


def chat_completions():
    whole = openai_client.chat.completions.create(model=MODEL, messages=MESSAGES)
    stream = openai_client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    yield whole.choices[0].message.content
    yield "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def responses():
    yield openai_client.responses.create(model=MODEL, input=QUESTION).output_text
    with openai_client.responses.stream(model=MODEL, input=QUESTION) as stream:
        stream.until_done()
        final = stream.get_final_response()
    assert [item.type for item in final.output] == ["mcp_call", "message"], final.output
    yield final.output_text


def messages():
    request = {"model": MODEL, "max_tokens": 500, "messages": MESSAGES}
    yield "".join(block.text for block in anthropic_client.messages.create(**request).content if block.type == "text")
    with anthropic_client.messages.stream(**request) as stream:
        final = stream.get_final_message()
    types = [block.type for block in final.content]
    assert types == ["mcp_tool_use", "mcp_tool_result", "text"], types
    yield final.content[-1].text


def ollama_chat():
    yield ollama_client.chat(model=MODEL, messages=MESSAGES).message.content
    yield "".join(part.message.content for part in ollama_client.chat(model=MODEL, messages=MESSAGES, stream=True))


apis = [chat_completions, responses, messages, ollama_chat]
print(json.dumps({api.__name__: list(api()) for api in apis}))
